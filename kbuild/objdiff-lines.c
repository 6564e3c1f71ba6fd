/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <elf.h>

#include "kbuild/insn.h"
#include "kbuild/objdiff-lines.h"

enum {
	LINE_MOST = 1000000, /* no source file of the kernel is longer */
	STEPS_TO_CALL = 32,  /* between the load of an argument and the call, on all ways */
	REGISTERS = 32,
};

/* One instruction, in words that do not depend on where it lies or how a number is loaded. */
typedef struct {
	char *text;
	gsize length; /* of text, which has NULs */
	InsnFlow flow;
	int target; /* step; -1: none in this function */
	int writes;
	gboolean constant;
	guint reg;
	guint64 value;
	char *loaded;	    /* (nullable): the string whose address it loads */
	const char *callee; /* (nullable) */
	gboolean bug_frame; /* the line behind a `ud2` */
	gboolean load;	    /* does nothing but load a register */
	gboolean apart;	    /* words of a pool stand before it */
} Step;

/* An instruction where it lies. */
typedef struct {
	guint64 at;
	Insn insn;
	gboolean bug_frame;
} Place;

typedef struct {
	Object *object;
	const Unit *unit;
	GArray *places;	      /* of Place */
	GHashTable *literals; /* offsets of words that are loaded as constants */
	GHashTable *numbers;  /* offset → number of its step, plus one */
	GHashTable *targets;  /* numbers of steps that something leads to */
	GPtrArray *steps;
} Code;

static void step_free (gpointer data)
{
	Step *self = data;

	g_free (self->text);
	g_free (self->loaded);
	g_free (self);
}

static void code_free (Code *self)
{
	g_clear_pointer (&self->places, g_array_unref);
	g_clear_pointer (&self->literals, g_hash_table_unref);
	g_clear_pointer (&self->numbers, g_hash_table_unref);
	g_clear_pointer (&self->targets, g_hash_table_unref);
	g_clear_pointer (&self->steps, g_ptr_array_unref);
	g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Code, code_free)

void line_delta_free (gpointer data)
{
	LineDelta *self = data;

	g_free (self->file);
	g_free (self);
}

/* Offsets are counted from the function's start, so that they are pointers on any machine. */
static gpointer offset_key (const Code *self, guint64 at)
{
	return GUINT_TO_POINTER ((guint) (at - self->unit->start));
}

static gboolean inside (const Code *self, gint64 at)
{
	return at >= (gint64) self->unit->start && at < (gint64) self->unit->end;
}

/* Decodes all of it. FALSE where something is not understood. */
static gboolean find_places (Code *self)
{
	const Unit *unit = self->unit;
	g_autoptr (InsnReader) reader = insn_reader_new (self->object->file, unit->section);
	guint64 at = unit->start;
	guint extra;

	while (at < unit->end) {
		Place place = { .at = at };

		if (!insn_read (reader, at, unit->end, &place.insn) || place.insn.strange)
			return FALSE;
		if (place.insn.literal) {
			gint64 literal = place.insn.literal_at;

			if (!inside (self, literal) || literal % 4 ||
			    unit->end - (guint64) literal < 4)
				return FALSE;
			g_hash_table_add (self->literals, offset_key (self, (guint64) literal));
		}
		g_array_append_val (self->places, place);
		at += place.insn.length;
		extra = object__bug_frame (self->object, unit->section, place.at, unit->end);
		if (extra) {
			Place frame = { at, { .length = extra, .writes = -1 }, TRUE };

			g_array_append_val (self->places, frame);
			at += extra;
		}
	}
	return TRUE;
}

static gboolean is_literal (const Code *self, const Place *place)
{
	return place->insn.data &&
	       g_hash_table_contains (self->literals, offset_key (self, place->at));
}

/* ARM: what aligns the pool behind a function's end, and is never reached. */
static gboolean is_alignment (const Code *self, guint index)
{
	const ElfFile *file = self->object->file;
	const guint8 *data = elf_file_section (file, self->unit->section)->data;
	const Place *place = &g_array_index (self->places, Place, index);

	if (file->machine != EM_ARM || !index || index + 1 >= self->places->len ||
	    place->insn.data || !place[1].insn.data || place[-1].insn.data)
		return FALSE;
	/* `mov r0, r0` behind a return or a jump that is always made */
	return elf_file_read (file, data + place->at, 4) == 0xe1a00000 &&
	       elf_file_read (file, data + place[-1].at, 4) >> 28 == 14 &&
	       (place[-1].insn.flow == INSN_OTHER || place[-1].insn.flow == INSN_JUMP);
}

/* Neither an instruction that does anything nor data that is more than one's constant. */
static gboolean is_left_out (const Code *self, guint index)
{
	return is_literal (self, &g_array_index (self->places, Place, index)) ||
	       is_alignment (self, index);
}

static void number_steps (Code *self)
{
	guint number = 0;
	guint i;

	for (i = 0; i < self->places->len; i++) {
		const Place *place = &g_array_index (self->places, Place, i);

		if (!is_left_out (self, i))
			g_hash_table_insert (self->numbers, offset_key (self, place->at),
					     GUINT_TO_POINTER (++number));
	}
}

/* The step at an offset, which something leads to; -1: none. */
static int number_at (const Code *self, gint64 at)
{
	gpointer number = NULL;

	if (inside (self, at))
		number = g_hash_table_lookup (self->numbers, offset_key (self, (guint64) at));
	if (number)
		g_hash_table_add (self->targets, number);
	return GPOINTER_TO_INT (number) - 1;
}

/* What a reference leads to; if it is in this function, which step of it. */
static char *describe_ref (const Code *self, const ObjectRef *ref)
{
	int number = -1;

	if (ref->section == self->unit->section && !ref->opaque)
		number = number_at (self, ref->place);
	return number >= 0 ? g_strdup_printf ("step %d", number)
			   : object_target (self->object, ref);
}

static const ObjectRef *ref_within (const Code *self, guint64 at, guint length)
{
	guint section = self->unit->section;
	const ObjectRef *ref =
		object_ref (self->object, section, object_first_ref (self->object, section, at));

	return ref && ref->offset < at + length ? ref : NULL;
}

static void blank (const Code *self, GString *text, guint at, guint width, guint64 mask)
{
	guint8 *bytes = (guint8 *) text->str + at;

	elf_file_write (self->object->file, bytes, width,
			elf_file_read (self->object->file, bytes, width) & ~mask);
}

static void add_refs (const Code *self, const Place *place, Step *step, GString *text)
{
	guint section = self->unit->section;
	guint i = object_first_ref (self->object, section, place->at);
	const ObjectRef *ref;

	for (; (ref = object_ref (self->object, section, i)); i++) {
		g_autofree char *target = NULL;

		if (ref->offset >= place->at + place->insn.length)
			return;
		target = describe_ref (self, ref);
		g_string_append_printf (text, " %u %u %s", (guint) (ref->offset - place->at),
					ref->type, target);
		if (step->flow == INSN_CALL || step->flow == INSN_JUMP)
			step->callee = object_ref_name (self->object, ref);
		if (*target == '"' && !step->loaded)
			step->loaded = g_strdup (target + 1);
	}
}

/* `mov`, `movw` and `ldr` from the pool are one thing: the compiler takes what holds the number. */
static gboolean describe_arm_load (const Code *self, const Place *place, Step *step, GString *text)
{
	const ElfFile *file = self->object->file;
	const guint8 *data = elf_file_section (file, self->unit->section)->data;
	const ObjectRef *ref = NULL;

	g_string_printf (text, "load %u %u",
			 (guint) (elf_file_read (file, data + place->at, 4) >> 28),
			 place->insn.reg);
	step->load = place->insn.flow == INSN_PLAIN;
	step->writes = (int) place->insn.reg;
	if (!place->insn.literal) {
		step->value = place->insn.value;
		step->constant = TRUE;
		return !ref_within (self, place->at, 4);
	}
	ref = ref_within (self, (guint64) place->insn.literal_at, 4);
	step->value = elf_file_read (file, data + place->insn.literal_at, 4);
	step->constant = !ref;
	if (ref) {
		g_autofree char *target = describe_ref (self, ref);

		g_string_append_printf (text, " %u %s", ref->type, target);
		if (*target == '"')
			step->loaded = g_strdup (target + 1);
	}
	return TRUE;
}

static gboolean describe (const Code *self, const Place *place, Step *step)
{
	const Insn *insn = &place->insn;
	const ElfFile *file = self->object->file;
	g_autoptr (GString) text = g_string_new (NULL);
	gboolean good = TRUE;

	step->flow = insn->flow;
	step->target = -1;
	step->writes = insn->writes;
	step->reg = insn->reg;
	step->bug_frame = place->bug_frame;
	object_bytes (self->object, self->unit->section, place->at, place->at + insn->length, text);
	if (insn->has_target && !ref_within (self, place->at + insn->field, insn->field_width)) {
		step->target = number_at (self, insn->target);
		good = step->target >= 0;
		blank (self, text, insn->field, insn->field_width, insn->field_mask);
		g_string_append_printf (text, "->%d", step->target);
	}
	if (place->bug_frame) {
		step->constant = TRUE;
		step->value = elf_file_read (file, (const guint8 *) text->str, 2);
		blank (self, text, 0, 2, 0xffff);
	} else if (file->machine == EM_ARM && (insn->constant || insn->literal)) {
		good = describe_arm_load (self, place, step, text);
	} else if (insn->constant &&
		   !ref_within (self, place->at + insn->value_at, insn->value_width)) {
		step->constant = TRUE;
		step->value = insn->value;
		blank (self, text, insn->value_at, insn->value_width,
		       file->machine == EM_AARCH64 ? 0xffff << 5 : G_MAXUINT32);
	}
	if (!(file->machine == EM_ARM && insn->literal))
		add_refs (self, place, step, text);
	step->length = text->len;
	step->text = g_string_free (g_steal_pointer (&text), FALSE);
	return good;
}

static int by_register (gconstpointer a, gconstpointer b)
{
	const Step *one = *(Step *const *) a, *two = *(Step *const *) b;

	return one->reg < two->reg ? -1 : one->reg > two->reg;
}

/* Loads of constants that follow one another may stand in any order, and the compiler makes use of
 * that: a run of them, into which nothing leads, is put in the order of their registers. */
static void order_loads (Code *self)
{
	Step **steps = (Step **) self->steps->pdata;
	guint i, end;

	for (i = 0; i < self->steps->len; i = MAX (end, i + 1)) {
		guint64 registers = 0;

		for (end = i; end < self->steps->len && steps[end]->load; end++) {
			guint64 bit = (guint64) 1 << steps[end]->reg;

			if ((registers & bit) ||
			    (end > i &&
			     g_hash_table_contains (self->targets, GUINT_TO_POINTER (end + 1))))
				break;
			registers |= bit;
		}
		if (end > i + 1)
			qsort (steps + i, end - i, sizeof *steps, by_register);
	}
}

static Code *code_new (Object *object, const Unit *unit)
{
	g_autoptr (Code) self = g_new0 (Code, 1);
	guint i;

	self->object = object;
	self->unit = unit;
	self->places = g_array_new (FALSE, FALSE, sizeof (Place));
	self->literals = g_hash_table_new (NULL, NULL);
	self->numbers = g_hash_table_new (NULL, NULL);
	self->targets = g_hash_table_new (NULL, NULL);
	self->steps = g_ptr_array_new_with_free_func (step_free);
	if (unit->end - unit->start > G_MAXINT32 || !find_places (self))
		return NULL;
	number_steps (self);
	for (i = 0; i < self->places->len; i++) {
		const Place *place = &g_array_index (self->places, Place, i);
		Step *step;

		if (is_left_out (self, i))
			continue;
		step = g_new0 (Step, 1);
		g_ptr_array_add (self->steps, step);
		/* tables are found by their distance from the code before them */
		step->apart = i > 0 && is_literal (self, place - 1);
		if (!describe (self, place, step))
			return NULL;
		if (place->insn.data)
			step->flow = INSN_OTHER;
	}
	order_loads (self);
	return g_steal_pointer (&self);
}

/* Strings whose addresses are in registers before step @index, as far as the last few steps say. */
static void strings_before (const Code *self, guint index, const char **held)
{
	gboolean seen[REGISTERS] = { FALSE };
	guint least = index > STEPS_TO_CALL ? index - STEPS_TO_CALL : 0;

	while (index-- > least) {
		const Step *step = self->steps->pdata[index];

		if (step->flow != INSN_PLAIN || step->writes < 0)
			return;
		if (step->writes >= REGISTERS || seen[step->writes])
			continue;
		seen[step->writes] = TRUE;
		held[step->writes] = step->loaded;
	}
}

/* The way that a number in register `reg` takes. */
typedef struct {
	const Code *code;
	guint reg;
	guint left; /* steps that we may still go */
	char *file; /* the name that is passed with it */
} Way;

/* Whether a way leads from step @index to a call that takes the number for a line. */
static gboolean reaches_call (Way *way, guint index, const char *const *before)
{
	const ElfFile *file = way->code->object->file;
	const char *held[REGISTERS];
	guint of_file, of_line;

	memcpy (held, before, sizeof held);
	while (index < way->code->steps->len && way->left-- > 0) {
		const Step *step = way->code->steps->pdata[index];
		const char *format = held[insn_format_register (file)];

		if (step->callee) {
			if (!insn_line_argument (file, step->callee, format, &of_file, &of_line) ||
			    of_line != way->reg)
				return FALSE;
			way->file = g_strdup (held[of_file]);
			return TRUE;
		}
		if ((step->flow == INSN_JUMP || step->flow == INSN_BRANCH) && step->target >= 0) {
			/* several BUG()s of a function share one call */
			if (reaches_call (way, (guint) step->target, held))
				return TRUE;
			if (step->flow == INSN_JUMP)
				return FALSE;
		} else if (step->flow != INSN_PLAIN || step->writes < 0 ||
			   (guint) step->writes == way->reg) {
			return FALSE;
		} else if (step->writes < REGISTERS) {
			held[step->writes] = step->loaded;
		}
		index++;
	}
	way->left = 0;
	return FALSE;
}

/* Whether the number that step @index loads is a line, passed on with the name of @out_file. */
static gboolean is_line_argument (const Code *self, guint index, char **out_file)
{
	const Step *load = self->steps->pdata[index];
	const char *held[REGISTERS] = { NULL };
	Way way = { self, load->reg, STEPS_TO_CALL, NULL };
	gboolean found;

	if (load->bug_frame) {
		*out_file = g_strdup (load->loaded);
		return TRUE;
	}
	strings_before (self, index, held);
	found = reaches_call (&way, index + 1, held);
	*out_file = way.file;
	return found;
}

GPtrArray *objdiff__code_deltas (Object *base, const Unit *old, Object *variant, const Unit *new)
{
	g_autoptr (Code) one = code_new (base, old);
	g_autoptr (Code) two = code_new (variant, new);
	g_autoptr (GPtrArray) deltas = g_ptr_array_new_with_free_func (line_delta_free);
	guint i;

	if (!one || !two || one->steps->len != two->steps->len)
		return NULL;
	for (i = 0; i < one->steps->len; i++) {
		const Step *a = one->steps->pdata[i], *b = two->steps->pdata[i];
		LineDelta *delta;

		if (a->length != b->length || memcmp (a->text, b->text, a->length) != 0 ||
		    a->constant != b->constant || a->apart != b->apart)
			return NULL;
		if (!a->constant || a->value == b->value)
			continue;
		delta = g_new0 (LineDelta, 1);
		delta->old = a->value;
		delta->new = b->value;
		delta->argument = is_line_argument (one, i, &delta->file);
		g_ptr_array_add (deltas, delta);
	}
	return g_steal_pointer (&deltas);
}

static gboolean is_mapped (const LineDelta *delta, const LineMap *maps, gsize n_maps)
{
	gsize i;

	for (i = 0; i < n_maps; i++)
		if ((!delta->file || line_map_is_file (&maps[i], delta->file)) &&
		    line_map_new_line (&maps[i], (guint) delta->old) == delta->new &&
		    (delta->argument || line_map_may_hold_line (&maps[i], (guint) delta->old)))
			return TRUE;
	return FALSE;
}

static gboolean is_plausible (const LineDelta *delta)
{
	return delta->old > 0 && delta->new > 0 && delta->old <= LINE_MOST &&
	       delta->new <= LINE_MOST;
}

gboolean objdiff__lines_mapped (const GPtrArray *deltas, const LineMap *maps, gsize n_maps)
{
	guint i;

	for (i = 0; i < deltas->len; i++)
		if (!is_plausible (deltas->pdata[i]) || !is_mapped (deltas->pdata[i], maps, n_maps))
			return FALSE;
	return deltas->len > 0;
}

int objdiff__lines_shift (const GPtrArray *deltas)
{
	gint64 shift = 0;
	guint i;

	for (i = 0; i < deltas->len; i++) {
		const LineDelta *delta = deltas->pdata[i];
		gint64 distance = (gint64) delta->new - (gint64) delta->old;

		if (!is_plausible (delta) || !delta->argument || (shift && distance != shift))
			return 0;
		shift = distance;
	}
	return (int) shift;
}
