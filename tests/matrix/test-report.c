/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reports of plans that are made by hand: what others wrote into them, and how it comes out.
 */
#include <string.h>

#include <json-glib/json-glib.h>

#include "matrix/report.h"
#include "series/apply.h"

/* Every kind of harm, and what must be seen of it. */
#define EVIL  "evil\x1b[2J\x07\x08\r\x9b\xff\xc2\x9b\u202e\u2066"
#define SHOWN "evil\\x1b[2J\\x07\\x08\\x0d\\x9b\\xff\\u009b\\u202e\\u2066"

typedef struct {
	Project project;
	Board machine;
	PlanBoard board;
	ProjectConfig config;
	char *settings[2];
	Variant names[3];
	Applied applied[3];
	PlanVariant variants[3];
	Crash crash;
	Cell cells[3];
	Plan plan;
} Fixture;

static GPtrArray *list_of (const char *text)
{
	GPtrArray *list = g_ptr_array_new ();

	g_ptr_array_add (list, (gpointer) text);
	return list;
}

static void add_row (Fixture *self, guint i, const char *name, const char *foreign)
{
	self->names[i] = (Variant){ .name = (char *) name,
				    .title = (char *) foreign,
				    .author = (char *) foreign,
				    .message_id = (char *) foreign,
				    .patches = list_of (foreign) };
	g_ptr_array_add (self->names[i].patches, (gpointer) "top.patch");
	self->applied[i] = (Applied){ .ok = i < 2,
				      .commit = (char *) "c0ffee",
				      .detail = i < 2 ? NULL : (char *) foreign,
				      .notes = list_of (foreign) };
	self->variants[i] = (PlanVariant){ &self->names[i], &self->applied[i] };
	self->cells[i] = (Cell){ .index = i,
				 .variant = &self->variants[i],
				 .board = &self->board,
				 .config = &self->config,
				 .verdict = i < 2 ? VERDICT_OOPS : VERDICT_APPLY_FAILED,
				 .detail = (char *) foreign,
				 .crash = i < 2 ? &self->crash : NULL,
				 .runs = 1,
				 .bad = 1,
				 .image = (char *) foreign,
				 .log = (char *) foreign };
	g_ptr_array_add (self->plan.variants, &self->variants[i]);
	g_ptr_array_add (self->plan.cells, &self->cells[i]);
}

/* A plan with @foreign wherever mails, repositories, tools and consoles have their say. */
static void set_up (Fixture *self, gconstpointer foreign)
{
	char *text = (char *) foreign;

	self->project = (Project){ .subject = text, .in_reply_to = text, .prelude = text };
	self->machine = (Board){ .name = (char *) "board", .description = text, .bootable = TRUE };
	self->board = (PlanBoard){ .board = &self->machine, .identity = text, .emulator = text };
	self->settings[0] = text;
	self->config = (ProjectConfig){ (char *) "config", self->settings };
	self->crash = (Crash){ .title = text,
			       .kind = text,
			       .address = text,
			       .frames = list_of (foreign),
			       .head = list_of (foreign) };
	self->plan = (Plan){ .project = &self->project,
			     .base = (char *) "0123456789ab",
			     .base_describe = text,
			     .base_subject = text,
			     .variants = g_ptr_array_new (),
			     .boards = g_ptr_array_new (),
			     .cells = g_ptr_array_new () };
	g_ptr_array_add (self->plan.boards, &self->board);
	add_row (self, 0, "base", foreign);
	add_row (self, 1, "fix", foreign);
	add_row (self, 2, "other", foreign);
}

static void tear_down (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	guint i;

	for (i = 0; i < 3; i++) {
		g_ptr_array_unref (self->names[i].patches);
		g_ptr_array_unref (self->applied[i].notes);
	}
	g_ptr_array_unref (self->crash.frames);
	g_ptr_array_unref (self->crash.head);
	g_ptr_array_unref (self->plan.variants);
	g_ptr_array_unref (self->plan.boards);
	g_ptr_array_unref (self->plan.cells);
}

static char *write_report (const Fixture *self, const char *format)
{
	GString *text = g_string_new (NULL);

	report_format_find (format, NULL)->write (&self->plan, text);
	return g_string_free (text, FALSE);
}

static void assert_harmless (const char *text)
{
	const char *at;

	g_assert_true (g_utf8_validate (text, -1, NULL));
	for (at = text; *at; at = g_utf8_next_char (at)) {
		gunichar c = g_utf8_get_char (at);

		g_assert_true (c == '\n' || c == '\t' || g_unichar_type (c) != G_UNICODE_CONTROL);
		g_assert_true (c != 0x202e && c != 0x2066);
	}
}

/* Text and mail hold only what a terminal prints, and show what was taken out. */
static void test_foreign_text (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *text = write_report (self, "text");
	g_autofree char *reply = write_report (self, "reply");
	g_autoptr (GString) matrix = g_string_new (NULL);

	report_matrix (&self->plan, matrix);
	assert_harmless (text);
	assert_harmless (reply);
	assert_harmless (matrix->str);
	g_assert_nonnull (strstr (text, "\"" SHOWN "\","));
	g_assert_nonnull (strstr (text, "    | " SHOWN "\n"));
	g_assert_nonnull (strstr (matrix->str, "in " SHOWN "\n"));
	g_assert_nonnull (strstr (reply, "\nIn-Reply-To: evil\\x1b[2J\\x07\\x08 \\x9b"));
}

/* @out_count: strings that say what the harm was; none that is not valid, none that does harm. */
static void visit (JsonNode *node, guint *out_count)
{
	GList *values = NULL, *at;

	if (JSON_NODE_HOLDS_OBJECT (node))
		values = json_object_get_values (json_node_get_object (node));
	else if (JSON_NODE_HOLDS_ARRAY (node))
		values = json_array_get_elements (json_node_get_array (node));
	else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING) {
		assert_harmless (json_node_get_string (node));
		*out_count += strstr (json_node_get_string (node), SHOWN) != NULL;
	}
	for (at = values; at; at = at->next)
		visit (at->data, out_count);
	g_list_free (values);
}

/* JSON parses, and what a parser makes of its strings is harmless too. */
static void test_foreign_json (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	g_autofree char *text = write_report (self, "json");
	g_autoptr (JsonParser) parser = json_parser_new ();
	g_autoptr (GError) error = NULL;
	guint count = 0;

	assert_harmless (text);
	json_parser_load_from_data (parser, text, -1, &error);
	g_assert_no_error (error);
	visit (json_parser_get_root (parser), &count);
	/* describe; each variant's title, author, message_id, patch, note; a detail; each cell's
	 * detail, image, log; each crash's title, kind, frame, address */
	g_assert_cmpuint (count, ==, 1 + 3 * 5 + 1 + 3 * 3 + 2 * 4);
}

/* What does no harm is untouched, whatever its letters: reports are in UTF-8. */
static void test_other_letters (Fixture *self, gconstpointer foreign)
{
	g_autofree char *text = write_report (self, "text");
	g_autofree char *json = write_report (self, "json");

	g_assert_nonnull (strstr (text, foreign));
	g_assert_nonnull (strstr (json, foreign));
	g_assert_null (strstr (text, "\\x"));
	g_assert_null (strstr (json, "\\x"));
}

/* Of a patch that is moved only the number of hunks is told; fuzz and doubt are told in full. */
static void test_fit (Fixture *self, gconstpointer unused G_GNUC_UNUSED)
{
	static const char *const notes[] = {
		"p: f: hunk 1 fits at line 6, 2 lines below where the patch says",
		"p: f: hunk 2 fits at line 9, 2 lines below where the patch says" APPLY_AMBIGUOUS
		"12",
		"p: f: Hunk #3 succeeded at 40 with fuzz 1.",
		"p: ambiguous: f: hunk 4 fits at line 90, 1 line below where the patch says",
	};
	g_autofree char *text = NULL;
	guint i;

	g_ptr_array_set_size (self->applied[1].notes, 0);
	for (i = 0; i < G_N_ELEMENTS (notes); i++)
		g_ptr_array_add (self->applied[1].notes, (gpointer) notes[i]);
	text = write_report (self, "text");
	g_assert_nonnull (strstr (
		text, "    p: f: hunk 2 fits at line 9, 2 lines below where the patch says;\n"
		      "      ambiguous: also fits at line 12\n"));
	g_assert_nonnull (strstr (text, "    p: f: Hunk #3 succeeded at 40 with fuzz 1.\n"));
	g_assert_nonnull (strstr (text, "    2 hunks at another line than posted\n"));
	g_assert_null (strstr (text, "hunk 1 fits"));
	g_assert_null (strstr (text, "hunk 4 fits"));
}

int main (int argc, char **argv)
{
	static const char letters[] = "Grüße-日本語-‘x’-…";

	g_test_init (&argc, &argv, NULL);
	g_test_add ("/report/foreign/text", Fixture, EVIL, set_up, test_foreign_text, tear_down);
	g_test_add ("/report/foreign/json", Fixture, EVIL, set_up, test_foreign_json, tear_down);
	g_test_add ("/report/other-letters", Fixture, letters, set_up, test_other_letters,
		    tear_down);
	g_test_add ("/report/fit", Fixture, letters, set_up, test_fit, tear_down);
	return g_test_run ();
}
