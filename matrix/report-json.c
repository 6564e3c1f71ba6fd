/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The JSON report, "bakeoff-report/1". docs/bakeoff-report-1.schema.json is its description and
 * history: fields are added, never changed. Strings are as text_printable() gives them.
 */
#include <string.h>

#include <json-glib/json-glib.h>

#include "base/text.h"
#include "matrix/odds.h"
#include "matrix/results.h"
#include "matrix/weigh.h"
#include "matrix/report.h"

static void add_text (JsonBuilder *json, const char *name, const char *value)
{
	g_autofree char *text = text_printable (value, -1);

	json_builder_set_member_name (json, name);
	if (text)
		json_builder_add_string_value (json, text);
	else
		json_builder_add_null_value (json);
}

static void add_number (JsonBuilder *json, const char *name, gint64 value)
{
	json_builder_set_member_name (json, name);
	json_builder_add_int_value (json, value);
}

static void add_seconds (JsonBuilder *json, const char *name, double value)
{
	json_builder_set_member_name (json, name);
	/* milliseconds are all that was measured */
	json_builder_add_double_value (json, (double) (gint64) (value * 1000 + 0.5) / 1000);
}

static void add_fraction (JsonBuilder *json, const char *name, double value)
{
	json_builder_set_member_name (json, name);
	/* a double tells more digits than these boots do */
	json_builder_add_double_value (json, (double) (gint64) (value * 10000 + 0.5) / 10000);
}

static void add_base (JsonBuilder *json, const Plan *plan)
{
	json_builder_set_member_name (json, "base");
	json_builder_begin_object (json);
	add_text (json, "commit", plan->base);
	add_text (json, "describe", plan->base_describe);
	json_builder_end_object (json);
}

static void add_strings (JsonBuilder *json, const char *name, GPtrArray *values,
			 gboolean base_names)
{
	guint i;

	json_builder_set_member_name (json, name);
	json_builder_begin_array (json);
	for (i = 0; values && i < values->len; i++) {
		g_autofree char *base = g_path_get_basename (values->pdata[i]);
		g_autofree char *text = text_printable (base_names ? base : values->pdata[i], -1);

		json_builder_add_string_value (json, text);
	}
	json_builder_end_array (json);
}

static void add_variant (JsonBuilder *json, const PlanVariant *entry)
{
	const Variant *variant = entry->variant;

	json_builder_begin_object (json);
	add_text (json, "name", variant->name);
	add_text (json, "title", variant->title);
	add_text (json, "author", variant->author);
	add_text (json, "message_id", variant->message_id);
	add_strings (json, "patches", variant->patches, TRUE);
	json_builder_set_member_name (json, "apply");
	json_builder_begin_object (json);
	add_text (json, "status", entry->applied->ok ? "ok" : "failed");
	add_text (json, "detail", entry->applied->detail);
	add_text (json, "commit", entry->applied->commit);
	add_strings (json, "notes", entry->applied->notes, FALSE);
	json_builder_end_object (json);
	json_builder_end_object (json);
}

static void add_signature (JsonBuilder *json, const Crash *crash)
{
	json_builder_set_member_name (json, "signature");
	if (!crash) {
		json_builder_add_null_value (json);
		return;
	}
	json_builder_begin_object (json);
	add_text (json, "title", crash->title);
	add_text (json, "kind", crash->kind);
	add_strings (json, "frames", crash->frames, FALSE);
	add_text (json, "address", crash->address);
	json_builder_end_object (json);
}

static void add_rate (JsonBuilder *json, const Cell *cell)
{
	OddsInterval rate;

	json_builder_set_member_name (json, "rate");
	if (cell->runs == 0) {
		json_builder_add_null_value (json);
		return;
	}
	rate = odds_interval (cell->bad, cell->runs);
	json_builder_begin_object (json);
	add_fraction (json, "low", rate.low);
	add_fraction (json, "high", rate.high);
	add_fraction (json, "level", 1 - ODDS_ERROR);
	add_text (json, "method", "clopper-pearson");
	json_builder_end_object (json);
}

/* Fisher's exact test against base, and the good boots that are missing to an answer. */
static void add_weight (JsonBuilder *json, const Plan *plan, const Cell *cell)
{
	const Cell *base = weigh_base (plan, cell);
	guint needed = weigh_needed (plan, cell);

	json_builder_set_member_name (json, "fisher");
	if (cell != base && cell->runs > 0 && base->runs > 0)
		json_builder_add_double_value (
			json, odds_fisher (base->bad, base->runs, cell->bad, cell->runs));
	else
		json_builder_add_null_value (json);
	add_number (json, "missing_boots",
		    cell->runs > 0 && cell->bad == 0 && needed > cell->runs ? needed - cell->runs
									    : 0);
}

static void add_cell (JsonBuilder *json, const Plan *plan, const Cell *cell)
{
	g_autofree char *unusable = results_unusable (plan, cell);
	g_autofree char *log = cell->log ? g_build_filename (".bakeoff", cell->log, NULL) : NULL;
	g_autofree char *proof = report_proof (cell);
	/* its first line sums up */
	g_autofree char *changes =
		cell->changes ? g_strndup (cell->changes, strcspn (cell->changes, "\n")) : NULL;

	json_builder_begin_object (json);
	add_text (json, "variant", cell->variant->variant->name);
	add_text (json, "board", cell->board->board->name);
	add_text (json, "config", cell->config->name);
	add_text (json, "verdict",
		  cell->verdict == VERDICT_PENDING ? NULL : verdict_name (cell->verdict));
	add_text (json, "detail", cell->detail);
	add_signature (json, cell->crash);
	add_number (json, "runs", cell->runs);
	add_number (json, "bad", cell->bad);
	add_number (json, "infra", cell->infra);
	add_strings (json, "remarks", cell->remarks, FALSE);
	json_builder_set_member_name (json, "slowness");
	if (cell->slowness > 0)
		json_builder_add_double_value (json, cell->slowness);
	else
		json_builder_add_null_value (json);
	add_rate (json, cell);
	add_weight (json, plan, cell);
	add_text (json, "image", cell->image);
	add_text (json, "same_as", cell->same_as);
	add_text (json, "base_unusable", unusable);
	add_text (json, "proof", proof);
	add_text (json, "changes", changes);
	json_builder_set_member_name (json, "unguarded");
	json_builder_add_boolean_value (json, cell->unguarded);
	json_builder_set_member_name (json, "modules");
	json_builder_add_boolean_value (json, cell->modules);
	json_builder_set_member_name (json, "cached");
	json_builder_add_boolean_value (json, cell->cached);
	json_builder_set_member_name (json, "seconds");
	json_builder_begin_object (json);
	add_seconds (json, "build", cell->build_seconds);
	add_seconds (json, "boot", cell->boot_seconds);
	json_builder_end_object (json);
	add_text (json, "log", log);
	json_builder_end_object (json);
}

void report__json (const Plan *plan, GString *out)
{
	g_autoptr (JsonBuilder) json = json_builder_new ();
	g_autoptr (JsonGenerator) generator = json_generator_new ();
	g_autoptr (JsonNode) root = NULL;
	guint i;

	json_builder_begin_object (json);
	add_text (json, "schema", "bakeoff-report/1");
	add_base (json, plan);
	json_builder_set_member_name (json, "variants");
	json_builder_begin_array (json);
	for (i = 0; i < plan->variants->len; i++)
		add_variant (json, plan->variants->pdata[i]);
	json_builder_end_array (json);
	json_builder_set_member_name (json, "cells");
	json_builder_begin_array (json);
	for (i = 0; i < plan->cells->len; i++)
		add_cell (json, plan, plan->cells->pdata[i]);
	json_builder_end_array (json);
	json_builder_end_object (json);

	root = json_builder_get_root (json);
	json_generator_set_root (generator, root);
	json_generator_set_pretty (generator, TRUE);
	json_generator_to_gstring (generator, out);
	g_string_append_c (out, '\n');
}
