/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/files.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "matrix/results.h"

/* What was found so far. */
typedef struct {
	const char *state_dir;
	char *images;
	GString *out;
	guint boots, gone, changed;
} Replay;

static char *describe (const BootResult *result)
{
	return g_strdup_printf ("%s: %s", boot_outcome_name (result->outcome), result->detail);
}

static gboolean is_equal (const BootResult *a, const BootResult *b)
{
	if (a->outcome != b->outcome || !a->crash != !b->crash)
		return FALSE;
	return !a->crash || crash_equal (a->crash, b->crash);
}

static void replay_boot (Replay *self, const Cell *cell, const StoredBoot *boot)
{
	g_autofree char *path =
		boot->log ? g_build_filename (self->state_dir, boot->log, NULL) : NULL;
	g_autofree char *image = g_build_filename (self->images, cell->image, NULL);
	g_autofree char *before = NULL, *after = NULL, *text = NULL;
	g_autoptr (BootResult) result = NULL;
	gsize length;

	text = path ? files_read (path, &length, NULL) : NULL;
	if (!text) {
		self->gone++;
		return;
	}
	self->boots++;
	result = boot_replay (cell->board->board, image, text, length);
	if (!result || is_equal (result, boot->result))
		return;
	self->changed++;
	before = describe (boot->result);
	after = describe (result);
	g_string_append_printf (self->out, "%s %s/%s: %s\n    was   %s\n    is    %s\n",
				cell->variant->variant->name, cell->board->board->name,
				cell->config->name, boot->log, before, after);
}

/* Boots that an older grammar judged have other keys: they are looked at too. */
static gboolean replay_cell (Replay *self, const Cell *cell, Store *store, GHashTable *seen,
			     GError **error)
{
	int version;
	guint i;

	for (version = 1; version <= BOOT_JUDGE_VERSION; version++) {
		g_autofree char *key = plan_boot_key_of (cell, version);
		g_autoptr (GPtrArray) boots = NULL;

		/* equal images share their boots */
		if (g_hash_table_contains (seen, key))
			continue;
		boots = store_get_boots (store, key, error);
		if (!boots)
			return FALSE;
		for (i = 0; i < boots->len; i++)
			replay_boot (self, cell, boots->pdata[i]);
		g_hash_table_add (seen, g_steal_pointer (&key));
	}
	return TRUE;
}

gboolean cmd_replay (int argc, char **argv, int *out_status, GError **error)
{
	g_auto (Selection) selection = { 0 };
	g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr (GString) out = g_string_new (NULL);
	g_autofree char *text = NULL, *images = NULL;
	Replay replay = { .out = out };
	guint i;

	if (!options_parse (&selection, OPTIONS_MATRIX, NULL, 0, &argc, argv, error) ||
	    !selection_plan (&selection, TRUE, error) ||
	    !selection_open_store (&selection, error) ||
	    !results_judge_all (selection.plan, selection.store, error))
		return FALSE;
	images = replay.images = results_images_dir (selection.project);
	replay.state_dir = selection.project->state_dir;
	for (i = 0; i < selection.plan->cells->len; i++) {
		const Cell *cell = selection.plan->cells->pdata[i];

		if (cell->image && !replay_cell (&replay, cell, selection.store, seen, error))
			return FALSE;
	}
	text = text_printable (out->str, (gssize) out->len);
	fputs (text, stdout);
	printf ("%u boot%s judged again: %u would change", replay.boots,
		replay.boots == 1 ? "" : "s", replay.changed);
	if (replay.gone)
		printf ("; of %u more the log is gone", replay.gone);
	putchar ('\n');
	*out_status = replay.changed ? EXIT_NO : EXIT_DONE;
	return TRUE;
}
