/* SPDX-License-Identifier: GPL-2.0-only */
/* What patch.c and patch-parse.c share. */
#pragma once

#include "series/patch.h"

/** Each: Returns: (transfer full): an empty one, with empty arrays. */
Patch *patch__new (void);
FilePatch *file_patch__new (void);
Hunk *hunk__new (void);
