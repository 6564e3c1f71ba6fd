/* SPDX-License-Identifier: GPL-2.0-only */
#include "matrix/verdict.h"

static const char *const names[] = {
	[VERDICT_PENDING] = "-",
	[VERDICT_PASS] = "pass",
	[VERDICT_FAIL] = "fail",
	[VERDICT_OOPS] = "oops",
	[VERDICT_HANG] = "hang",
	[VERDICT_BUILT] = "built",
	[VERDICT_BUILD_FAILED] = "build-failed",
	[VERDICT_APPLY_FAILED] = "apply-failed",
	[VERDICT_INFRA] = "infra",
	[VERDICT_UNDECIDED] = "undecided",
	[VERDICT_OOPS_NEW] = "oops-new",
};

const char *verdict_name (Verdict verdict)
{
	g_return_val_if_fail (verdict < G_N_ELEMENTS (names), "-");
	return names[verdict];
}

gboolean verdict_is_no (Verdict verdict)
{
	switch (verdict) {
	case VERDICT_FAIL:
	case VERDICT_OOPS:
	case VERDICT_OOPS_NEW:
	case VERDICT_HANG:
	case VERDICT_BUILD_FAILED:
	case VERDICT_APPLY_FAILED:
		return TRUE;
	case VERDICT_PENDING:
	case VERDICT_PASS:
	case VERDICT_BUILT:
	case VERDICT_INFRA:
	case VERDICT_UNDECIDED:
		break;
	}
	return FALSE;
}

gboolean verdict_is_judged (Verdict verdict)
{
	return verdict != VERDICT_PENDING && verdict != VERDICT_INFRA &&
	       verdict != VERDICT_UNDECIDED;
}

Verdict verdict_of_boot (BootOutcome outcome)
{
	switch (outcome) {
	case BOOT_PASS:
		return VERDICT_PASS;
	case BOOT_FAIL:
		return VERDICT_FAIL;
	case BOOT_OOPS:
		return VERDICT_OOPS;
	case BOOT_HANG:
		return VERDICT_HANG;
	case BOOT_INFRA:
		break;
	}
	return VERDICT_INFRA;
}
