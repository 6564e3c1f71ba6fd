/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a person reads of a tree's differences.
 */
#include <string.h>

#include "kbuild/treediff.h"

enum {
	NAMED_MOST = 3 /* changes that a summary tells by their names */
};

typedef struct {
	guint functions, data, sections;
	guint lines;	     /* functions that differ by line numbers alone */
	guint objects;	     /* that have any of the first three */
	guint lines_objects; /* that have lines */
	gboolean one_shift;  /* all lines moved by `shift`, and it was not a map that said so */
	int shift;
	GPtrArray *named; /* of char, "mmci_pio_irq", borrowed */
	const char *path; /* of the last object that is counted in objects */
} Counts;

static gboolean is_function (ObjectChangeKind kind)
{
	return kind == OBJECT_CHANGE_FUNCTION || kind == OBJECT_CHANGE_FUNCTION_ADDED ||
	       kind == OBJECT_CHANGE_FUNCTION_REMOVED;
}

static void count_lines (Counts *self, const ObjectChange *change)
{
	if (!self->lines++)
		self->one_shift = change->shift != 0;
	else if (change->shift != self->shift)
		self->one_shift = FALSE;
	self->shift = change->shift;
}

static void count_object (Counts *self, const ObjectDiff *object)
{
	gboolean touched = FALSE, lines = FALSE;
	guint i;

	for (i = 0; i < object->changes->len; i++) {
		const ObjectChange *change = object->changes->pdata[i];

		if (change->kind == OBJECT_CHANGE_LINES) {
			count_lines (self, change);
			lines = TRUE;
			continue;
		}
		touched = TRUE;
		self->functions += is_function (change->kind);
		self->sections += change->kind == OBJECT_CHANGE_SECTION;
		self->data += !is_function (change->kind) && change->kind != OBJECT_CHANGE_SECTION;
		g_ptr_array_add (self->named, change->name ? change->name : change->section);
	}
	self->objects += touched;
	self->lines_objects += lines;
	if (touched)
		self->path = object->path;
}

/* Names are a stranger's: nothing in them may reach a terminal but characters. */
static void append_name (GString *text, const char *name)
{
	g_autofree char *valid = g_utf8_make_valid (name, -1);
	const char *at;

	for (at = valid; *at; at = g_utf8_next_char (at)) {
		gunichar c = g_utf8_get_char (at);

		g_string_append_unichar (text, g_unichar_isprint (c) ? c : '?');
	}
}

static void append_count (GString *text, guint count, const char *one)
{
	g_string_append_printf (text, "%u %s%s", count, one,
				count == 1 || g_str_equal (one, "data") ? "" : "s");
}

static void separate (GString *text, const char *by)
{
	if (text->len)
		g_string_append (text, by);
}

static void say_touched (const Counts *self, gboolean only, GString *text)
{
	const char *separator = ": ";
	guint i;

	if (self->objects == 1 && self->named->len <= NAMED_MOST) {
		g_string_append (text, "touches ");
		for (i = 0; i < self->named->len; i++) {
			g_string_append (text, i ? ", " : "");
			append_name (text, self->named->pdata[i]);
		}
		g_string_append (text, " (");
		append_name (text, self->path);
		g_string_append (text, only ? ") only" : ")");
		return;
	}
	g_string_append (text, "touches ");
	append_count (text, self->objects, "object");
	if (self->functions) {
		g_string_append (text, separator);
		append_count (text, self->functions, "function");
		separator = ", ";
	}
	if (self->data) {
		g_string_append (text, separator);
		append_count (text, self->data, "data");
		separator = ", ";
	}
	if (self->sections) {
		g_string_append (text, separator);
		append_count (text, self->sections, "section");
	}
}

static void say_lines (const Counts *self, GString *text)
{
	gboolean alone = !text->len;

	separate (text, "; ");
	g_string_append_printf (text,
				alone ? "changes line numbers only, in " : "line numbers in ");
	append_count (text, self->lines, "function");
	g_string_append (text, " of ");
	append_count (text, self->lines_objects, "object");
	if (self->one_shift)
		g_string_append_printf (text, ", shifted by %+d", self->shift);
}

GString *tree_diff_summary (const TreeDiff *self)
{
	g_autoptr (GPtrArray) named = g_ptr_array_new ();
	Counts counts = { .named = named };
	GString *text = g_string_new (NULL);
	guint i;

	for (i = 0; i < self->objects->len; i++)
		count_object (&counts, self->objects->pdata[i]);
	if (counts.objects)
		say_touched (&counts, !counts.lines && !self->added && !self->removed, text);
	if (self->added || self->removed) {
		separate (text, "; ");
		if (self->added) {
			g_string_append (text, "adds ");
			append_count (text, self->added, "object");
		}
		if (self->removed) {
			g_string_append (text, self->added ? ", removes " : "removes ");
			append_count (text, self->removed, "object");
		}
	}
	if (counts.lines)
		say_lines (&counts, text);
	if (!text->len && self->layout_only) {
		g_string_append (text, "changes debugging data or layout only, in ");
		append_count (text, self->layout_only, "object");
	}
	if (!text->len)
		g_string_append (text, "changes no object");
	return text;
}

static const char *verb (ObjectChangeKind kind)
{
	switch (kind) {
	case OBJECT_CHANGE_FUNCTION:
		return "function changed";
	case OBJECT_CHANGE_FUNCTION_ADDED:
		return "function added";
	case OBJECT_CHANGE_FUNCTION_REMOVED:
		return "function removed";
	case OBJECT_CHANGE_DATA:
		return "data changed";
	case OBJECT_CHANGE_DATA_ADDED:
		return "data added";
	case OBJECT_CHANGE_DATA_REMOVED:
		return "data removed";
	case OBJECT_CHANGE_LINES:
		return "line numbers only";
	case OBJECT_CHANGE_SECTION:
		break;
	}
	return "section changed";
}

static void list_change (const ObjectChange *change, GString *text)
{
	g_string_append_printf (text, "  %-17s ", verb (change->kind));
	if (change->name)
		append_name (text, change->name);
	if (change->name && *change->section)
		g_string_append (text, " in ");
	append_name (text, change->section);
	if (change->shift)
		g_string_append_printf (text, ", shifted by %+d", change->shift);
	if (change->detail) {
		g_string_append (text, ": ");
		append_name (text, change->detail);
	}
	g_string_append_c (text, '\n');
}

GString *tree_diff_listing (const TreeDiff *self)
{
	GString *text = g_string_new (NULL);
	guint i, j;

	for (i = 0; i < self->objects->len; i++) {
		const ObjectDiff *object = self->objects->pdata[i];

		append_name (text, object->path);
		if (object->state != OBJECT_DIFFERS)
			g_string_append (text,
					 object->state == OBJECT_ADDED ? ": added" : ": removed");
		else if (!object->changes->len)
			g_string_append (text, ": debugging data or layout only");
		g_string_append_c (text, '\n');
		for (j = 0; j < object->changes->len; j++)
			list_change (object->changes->pdata[j], text);
	}
	return text;
}
