/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "series/lineage.h"
#include "series/when.h"

typedef struct {
	char *from; /* (nullable): revision that must be in */
	char *to;   /* (nullable): revision that must not */
} Range;

struct When {
	char *text;
	char *where;
	GPtrArray *ranges; /* (element-type Range) */
};

static void range_free (Range *self)
{
	g_free (self->from);
	g_free (self->to);
	g_free (self);
}

void when_free (When *self)
{
	if (!self)
		return;
	g_free (self->text);
	g_free (self->where);
	g_ptr_array_unref (self->ranges);
	g_free (self);
}

const char *when_text (const When *self)
{
	return self->text;
}

static gboolean parse_range (When *self, const char *text, GError **error)
{
	Range *range = g_new0 (Range, 1);
	const char *dots = strstr (text, "..");
	g_autofree char *from = dots ? g_strndup (text, (gsize) (dots - text)) : NULL;
	const char *to = dots ? dots + strlen ("..") : NULL;

	g_ptr_array_add (self->ranges, range);
	if (!dots || *to == '.' || strstr (to, "..") || strpbrk (text, " \t") || (!*from && !*to))
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "%s: '%s' is no range of commits\n"
			     "write 'when = A..B', where one side may be empty, and commas between "
			     "several",
			     self->where, text);
	range->from = *from ? g_steal_pointer (&from) : NULL;
	range->to = *to ? g_strdup (to) : NULL;
	return TRUE;
}

When *when_parse (const char *text, const char *where, GError **error)
{
	g_autoptr (When) self = g_new0 (When, 1);
	g_auto (GStrv) parts = g_strsplit (text, ",", -1);
	guint i;

	self->text = text_printable (text, -1);
	self->where = g_strdup (where);
	self->ranges = g_ptr_array_new_with_free_func ((GDestroyNotify) range_free);
	if (!parts[0])
		return fail_null (error, BAKEOFF_ERROR_USAGE, "%s: 'when =' names no range", where);
	for (i = 0; parts[i]; i++)
		if (!parse_range (self, g_strstrip (parts[i]), error))
			return NULL;
	return g_steal_pointer (&self);
}

/* Whether @commit contains @rev; where @rev is NULL, what @otherwise says. */
static gboolean contains (const When *self, Repo *repo, const char *commit, const char *rev,
			  gboolean otherwise, gboolean *out_contains, GError **error)
{
	g_autofree char *id = NULL;

	*out_contains = otherwise;
	if (!rev)
		return TRUE;
	id = repo_resolve (repo, rev, error);
	if (id && lineage_contains (repo, commit, id, out_contains, error))
		return TRUE;
	g_prefix_error (error, "%s: ", self->where);
	return FALSE;
}

gboolean when_holds (const When *self, Repo *repo, const char *commit, gboolean *out_holds,
		     GError **error)
{
	guint i;

	*out_holds = FALSE;
	for (i = 0; i < self->ranges->len; i++) {
		const Range *range = self->ranges->pdata[i];
		gboolean from, to;

		if (!contains (self, repo, commit, range->from, TRUE, &from, error) ||
		    !contains (self, repo, commit, range->to, FALSE, &to, error))
			return FALSE;
		*out_holds = *out_holds || (from && !to);
	}
	return TRUE;
}
