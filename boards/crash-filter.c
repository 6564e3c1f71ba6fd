/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first look at a line: which of the table's regexes can match it at all.
 *
 * A regex that matches needs some literal text to be there: the longest that stands outside of its
 * groups, or what its table says. One automaton (Aho and Corasick, 1975) looks for all of them in
 * one pass, and nearly every line of a console holds none.
 */
#include <string.h>

#include "boards/crash-grammar.h"

/* A shorter literal is in too many lines to be of use: such a regex names what it needs. */
#define SHORTEST 3

/* Besides the table's patterns. */
enum {
	SLOT_END,
	SLOT_TRACE,
	SLOT_ORPHAN,
	SLOT_NOISE,
	SLOT_COUNT
};

/* clang-format off */
/* See line_is_banner(), is_end() and reboot.c. */
static const char *const ends[] = {
	"---[ end ", "Linux version ", "Restarting system", "Rebooting in ", "U-Boot ",
	"Starting kernel ...", "Uncompressing Linux", "Booting Linux on physical CPU", NULL,
};

/* See the forms in crash-trace.c: an offset, a header, a guess, 2.6's `(fn) from`. */
static const char *const traces[] = { "+0x", "race:", "? ", " from ", NULL };
/* clang-format on */

/* In a row: the state has a hint. */
#define HIT (G_MAXUINT32 ^ G_MAXINT32)

typedef struct {
	guint8 classes[256]; /* of bytes; 0 is of those in no literal */
	guint class_count, state_count;
	GArray *next;  /* guint16 [state][class] */
	GArray *hints; /* CrashHints [state] */
	guint32 *rows; /* [state][class]: where the next state's row starts, and HIT */
} Automaton;

/* Behind the group or the set that begins at @c. */
static const char *skip_group (const char *c)
{
	char close = *c == '(' ? ')' : ']';

	for (c++; *c && *c != close; c++) {
		if (*c == '\\')
			c++;
		else if (close == ')' && (*c == '(' || *c == '['))
			c = skip_group (c) - 1;
	}
	return c + 1;
}

char *crash__literal (const char *regex)
{
	g_autoptr (GString) run = g_string_new (NULL);
	g_autoptr (GString) best = g_string_new (NULL);
	const char *c = regex;

	for (;;) {
		gboolean plain = *c && !strchr ("([.^$|?*+{\\", *c);
		gboolean escaped = *c == '\\';

		if (*c == '|')
			return NULL;
		if (*c == '\\' && !g_ascii_isalnum (c[1])) {
			plain = TRUE;
			c++;
		}
		if (plain && !(c[1] && strchr ("?*{", c[1]))) {
			g_string_append_c (run, *c++);
			continue;
		}
		if (run->len > best->len)
			g_string_assign (best, run->str);
		g_string_truncate (run, 0);
		if (!*c)
			break;
		if (!escaped && (*c == '(' || *c == '['))
			c = skip_group (c);
		else if (!escaped && *c == '{')
			c = strchr (c, '}') + 1;
		else
			c += *c == '\\' ? 2 : 1;
	}
	return best->len >= SHORTEST ? g_string_free (g_steal_pointer (&best), FALSE) : NULL;
}

static guint add_state (Automaton *self)
{
	const CrashHints none = { 0 };
	guint i;

	for (i = 0; i < self->class_count; i++)
		g_array_append_val (self->next, (guint16){ 0 });
	g_array_append_val (self->hints, none);
	return self->state_count++;
}

static guint16 *next_state (const Automaton *self, guint state, guint class)
{
	return &g_array_index (self->next, guint16, state * self->class_count + class);
}

static void merge (CrashHints *self, const CrashHints *other)
{
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (self->slots); i++)
		self->slots[i] |= other->slots[i];
}

static void add_literal (Automaton *self, const char *literal, guint slot)
{
	guint state = 0;

	for (; *literal; literal++) {
		guint class = self->classes[(guchar) *literal];

		if (*next_state (self, state, class) == 0) {
			guint made = add_state (self);

			*next_state (self, state, class) = (guint16) made;
		}
		state = *next_state (self, state, class);
	}
	g_array_index (self->hints, CrashHints, state).slots[slot / 64] |= G_GUINT64_CONSTANT (1)
									   << (slot % 64);
}

/* What each state falls back to; from then on every state has a next one for every byte. */
static void close_automaton (Automaton *self)
{
	g_autofree guint *queue = g_new0 (guint, self->state_count);
	g_autofree guint *fail = g_new0 (guint, self->state_count);
	guint head = 0, tail = 0, state, class;

	for (class = 0; class < self->class_count; class ++)
		if (*next_state (self, 0, class))
			queue[tail++] = *next_state (self, 0, class);
	for (; head < tail; head++) {
		state = queue[head];
		merge (&g_array_index (self->hints, CrashHints, state),
		       &g_array_index (self->hints, CrashHints, fail[state]));
		for (class = 0; class < self->class_count; class ++) {
			guint16 *next = next_state (self, state, class);
			guint16 other = *next_state (self, fail[state], class);

			if (*next) {
				fail[*next] = other;
				queue[tail++] = *next;
			} else {
				*next = other;
			}
		}
	}
}

static gboolean has_hint (const Automaton *self, guint state)
{
	const CrashHints *hints = &g_array_index (self->hints, CrashHints, state);
	gboolean hit = FALSE;
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (hints->slots); i++)
		hit = hit || hints->slots[i];
	return hit;
}

/* The same with what a step needs in one place: it is taken for every byte of a console. */
static void make_rows (Automaton *self)
{
	guint i;

	self->rows = g_new (guint32, self->next->len);
	for (i = 0; i < self->next->len; i++) {
		guint next = g_array_index (self->next, guint16, i);

		self->rows[i] = next * self->class_count | (has_hint (self, next) ? HIT : 0);
	}
}

/* Adds to @literals, as `SLOT literal`, what @regex needs by @needs, or by itself. */
static void collect (GPtrArray *literals, guint slot, const char *regex, const char *needs)
{
	g_autofree char *own = needs ? g_strdup (needs) : crash__literal (regex);
	g_auto (GStrv) parts = NULL;
	char **part;

	if (!own)
		g_error ("crash grammar: '%s' needs no literal", regex);
	parts = needs ? g_strsplit (own, "|", -1) : NULL;
	if (!parts)
		g_ptr_array_add (literals, g_strdup_printf ("%u %s", slot, own));
	for (part = parts; part && *part; part++)
		g_ptr_array_add (literals, g_strdup_printf ("%u %s", slot, *part));
}

static GPtrArray *collect_all (void)
{
	GPtrArray *literals = g_ptr_array_new_with_free_func (g_free);
	guint first = (guint) crash__pattern_count;
	const char *regex, *needs;
	guint i;

	g_assert (first + SLOT_COUNT <= 64 * G_N_ELEMENTS (((CrashHints *) 0)->slots));
	for (i = 0; i < first; i++)
		collect (literals, i, crash__patterns[i].regex, crash__patterns[i].needs);
	for (i = 0; ends[i]; i++)
		collect (literals, first + SLOT_END, NULL, ends[i]);
	for (i = 0; traces[i]; i++)
		collect (literals, first + SLOT_TRACE, NULL, traces[i]);
	for (i = 0; crash__orphan_regex (i, &regex, &needs); i++)
		collect (literals, first + SLOT_ORPHAN, regex, needs);
	collect (literals, first + SLOT_NOISE, NULL, "\357\277\275");
	return literals;
}

static gpointer make_automaton (gpointer unused G_GNUC_UNUSED)
{
	g_autoptr (GPtrArray) literals = collect_all ();
	Automaton *self = g_new0 (Automaton, 1);
	const char *c;
	guint i;

	self->next = g_array_new (FALSE, FALSE, sizeof (guint16));
	self->hints = g_array_new (FALSE, FALSE, sizeof (CrashHints));
	self->class_count = 1;
	for (i = 0; i < literals->len; i++)
		for (c = strchr (literals->pdata[i], ' ') + 1; *c; c++)
			if (!self->classes[(guchar) *c])
				self->classes[(guchar) *c] = (guint8) self->class_count++;
	add_state (self);
	for (i = 0; i < literals->len; i++)
		add_literal (self, strchr (literals->pdata[i], ' ') + 1,
			     (guint) g_ascii_strtoull (literals->pdata[i], NULL, 10));
	g_assert (self->state_count <= G_MAXUINT16);
	close_automaton (self);
	make_rows (self);
	return self;
}

gboolean crash__filter (const char *line, CrashHints *out_hints)
{
	static GOnce once = G_ONCE_INIT;
	const Automaton *self = g_once (&once, make_automaton, NULL);
	gboolean any = FALSE;
	guint32 row = 0;

	memset (out_hints, 0, sizeof *out_hints);
	for (; *line; line++) {
		row = self->rows[row + self->classes[(guchar) *line]];
		if (G_UNLIKELY (row & HIT)) {
			row ^= HIT;
			merge (out_hints,
			       &g_array_index (self->hints, CrashHints, row / self->class_count));
			any = TRUE;
		}
	}
	return any;
}

static gboolean has_slot (const CrashHints *self, guint slot)
{
	return !self || (self->slots[slot / 64] >> (slot % 64) & 1);
}

gboolean crash__may_match (const CrashHints *self, gsize pattern)
{
	return has_slot (self, (guint) pattern);
}

gboolean crash__may_end (const CrashHints *self)
{
	return has_slot (self, (guint) crash__pattern_count + SLOT_END);
}

gboolean crash__may_trace (const CrashHints *self)
{
	return has_slot (self, (guint) crash__pattern_count + SLOT_TRACE);
}

gboolean crash__may_orphan (const CrashHints *self)
{
	return has_slot (self, (guint) crash__pattern_count + SLOT_ORPHAN) ||
	       crash__may_trace (self);
}

gboolean crash__may_noise (const CrashHints *self)
{
	return has_slot (self, (guint) crash__pattern_count + SLOT_NOISE);
}
