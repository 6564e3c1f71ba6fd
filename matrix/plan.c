/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "matrix/plan-internal.h"

/* A file of a board that is larger, a disk image, is known by size and time: hashing takes a second
 * for some hundred megabytes, and every command makes a plan. */
#define HASHED_MAX (64 * 1024 * 1024)

static void plan_variant_free (PlanVariant *self)
{
	variant_free (self->variant);
	applied_free (self->applied);
	g_free (self);
}

static void plan_board_free (PlanBoard *self)
{
	board_free (self->board);
	toolchain_free (self->toolchain);
	g_free (self->identity);
	g_free (self->emulator);
	g_free (self->named_files);
	g_free (self->trouble);
	g_free (self->guest);
	g_free (self->probe_digest);
	g_clear_pointer (&self->applied, g_ptr_array_unref);
	g_free (self);
}

static void cell_free (Cell *self)
{
	g_free (self->key);
	g_strfreev (self->settings);
	g_free (self->detail);
	crash_free (self->crash);
	g_clear_pointer (&self->titles, g_ptr_array_unref);
	g_clear_pointer (&self->counted, g_ptr_array_unref);
	g_clear_pointer (&self->remarks, g_ptr_array_unref);
	g_free (self->trouble);
	g_free (self->image);
	g_free (self->same_as);
	g_free (self->changes);
	g_free (self->irreproducible);
	g_free (self->log);
	g_free (self);
}

void plan_free (Plan *self)
{
	if (!self)
		return;
	g_clear_pointer (&self->cells, g_ptr_array_unref);
	g_clear_pointer (&self->boards, g_ptr_array_unref);
	g_clear_pointer (&self->variants, g_ptr_array_unref);
	repo_free (self->repo);
	g_free (self->base);
	g_free (self->base_describe);
	g_free (self->base_subject);
	g_free (self);
}

static char *digest_of (const char *first, ...)
{
	g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
	const char *part;
	va_list parts;

	va_start (parts, first);
	for (part = first; part; part = va_arg (parts, const char *))
		g_checksum_update (sum, (const guchar *) part, (gssize) strlen (part) + 1);
	va_end (parts);
	return g_strdup (g_checksum_get_string (sum));
}

static Plan *plan_alloc (const Project *project)
{
	Plan *self = g_new0 (Plan, 1);

	self->project = project;
	self->variants = g_ptr_array_new_with_free_func ((GDestroyNotify) plan_variant_free);
	self->boards = g_ptr_array_new_with_free_func ((GDestroyNotify) plan_board_free);
	self->cells = g_ptr_array_new_with_free_func ((GDestroyNotify) cell_free);
	return self;
}

Plan *plan_apply (const Project *project, const PlanOptions *options, GError **error)
{
	g_autoptr (Plan) self = plan_alloc (project);

	return plan__apply_variants (self, options, error) ? g_steal_pointer (&self) : NULL;
}

char **plan_board_dirs (const Project *project, const char *data_dir)
{
	g_autoptr (GStrvBuilder) dirs = g_strv_builder_new ();
	g_autofree char *own = project ? g_build_filename (project->dir, "boards", NULL) : NULL;
	g_autofree char *ours = g_build_filename (data_dir, "boards", NULL);

	if (own && g_strcmp0 (own, ours) != 0)
		g_strv_builder_add (dirs, own);
	g_strv_builder_add (dirs, ours);
	return g_strv_builder_end (dirs);
}

char **plan_toolchain_dirs (const Project *project, const char *data_dir)
{
	char **dirs = g_new0 (char *, 3);

	dirs[0] = g_build_filename (project->dir, "toolchains", NULL);
	dirs[1] = g_build_filename (data_dir, "kbuild", "toolchains", NULL);
	return dirs;
}

/* The guest's source: in guest/ beside the board file, else beside the boards that came with us. */
static char *find_guest (const Board *board, const char *data_dir)
{
	g_autofree char *file = g_strconcat (board->guest, ".c", NULL);
	g_autofree char *dir = g_path_get_dirname (board->path);
	g_autofree char *own = g_build_filename (dir, "guest", file, NULL);

	if (g_file_test (own, G_FILE_TEST_EXISTS))
		return g_steal_pointer (&own);
	return g_build_filename (data_dir, "boards", "guest", file, NULL);
}

static int compare_paths (gconstpointer a, gconstpointer b)
{
	return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

/* A guest is its source and every header beside it. */
char *plan_probe_digest (const PlanBoard *entry, GError **error)
{
	g_autofree char *dir_name = g_path_get_dirname (entry->guest);
	g_autofree char *source = files_read (entry->guest, NULL, error);
	g_autoptr (GDir) dir = g_dir_open (dir_name, 0, NULL);
	g_autoptr (GPtrArray) headers = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GString) shared = g_string_new (NULL);
	const char *name;
	guint i;

	if (!source) {
		g_prefix_error (error, "board '%s': ", entry->board->name);
		return NULL;
	}
	while (dir && (name = g_dir_read_name (dir))) {
		if (g_str_has_suffix (name, ".h"))
			g_ptr_array_add (headers, g_build_filename (dir_name, name, NULL));
	}
	g_ptr_array_sort (headers, compare_paths);
	for (i = 0; i < headers->len; i++) {
		g_autofree char *text = files_read (headers->pdata[i], NULL, error);

		if (!text)
			return NULL;
		g_string_append_printf (shared, "%s\n", text);
	}
	return digest_of (source, shared->str, entry->toolchain->guest_cc, entry->identity, NULL);
}

/* The words of a shell command without their quotes; what is no shell syntax, by its blanks. */
static char **words_of (const char *command)
{
	char **words = NULL;

	if (g_shell_parse_argv (command, NULL, &words, NULL))
		return words;
	return g_strsplit_set (command, " \t", -1);
}

/* What an emulator calls itself. Other consoles are not started for a question. */
static char *emulator_version (const Board *board)
{
	g_auto (GStrv) words = words_of (board->console ? board->console : "");
	g_autofree char *name = words[0] ? g_path_get_basename (words[0]) : NULL;

	return name && g_str_has_prefix (name, "qemu-") ? process_version (words[0]) : NULL;
}

/* Adds what stands for the content of @path to @sum, if it is a file and not in @seen. */
static void add_file (GString *sum, GHashTable *seen, const char *path)
{
	g_autofree char *digest = NULL;
	GStatBuf info;

	if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) || g_stat (path, &info) != 0 ||
	    !g_hash_table_add (seen, g_strdup (path)))
		return;
	if (info.st_size <= HASHED_MAX)
		digest = files_sha256 (path, NULL);
	if (digest)
		g_string_append_printf (sum, "%s %s\n", digest, path);
	else
		g_string_append_printf (sum, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s\n",
					(gint64) info.st_size, (gint64) info.st_mtime, path);
}

/* The files that a board's command names: a word of it, or what stands behind an option, a comma
 * or `=`, or in the quotes of `sh -c`. %{kernel} and its like are made for each boot. */
static void add_files_of (GString *sum, GHashTable *seen, const char *command)
{
	g_auto (GStrv) words = words_of (command);
	g_auto (GStrv) pieces = g_strsplit_set (command, " \t\n'\"\\;|&<>()=,`", -1);
	guint i;

	for (i = 0; words[i]; i++)
		add_file (sum, seen, words[i]);
	for (i = 0; pieces[i]; i++)
		add_file (sum, seen, pieces[i]);
}

/* What is in the files that a boot on @board reads, as far as its file tells; NULL for none. */
static char *describe_named_files (const Board *board)
{
	g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr (GString) sum = g_string_new (NULL);

	add_files_of (sum, seen, board->package ? board->package : "");
	add_files_of (sum, seen, board->console ? board->console : "");
	return sum->len ? g_string_free (g_steal_pointer (&sum), FALSE) : NULL;
}

static gboolean add_board (Plan *self, const char *name, const char *data_dir, GError **error)
{
	g_auto (GStrv) board_dirs = plan_board_dirs (self->project, data_dir);
	g_auto (GStrv) dirs = plan_toolchain_dirs (self->project, data_dir);
	PlanBoard *entry = g_new0 (PlanBoard, 1);
	g_autoptr (GError) local = NULL;

	g_ptr_array_add (self->boards, entry);
	entry->board = board_load (name, (const char *const *) board_dirs, error);
	if (!entry->board)
		return FALSE;
	entry->toolchain = toolchain_load (entry->board->toolchain, (const char *const *) dirs,
					   data_dir, error);
	if (!entry->toolchain) {
		g_prefix_error (error, "board '%s': ", name);
		return FALSE;
	}
	if (entry->board->guest && !entry->toolchain->guest_cc)
		return fail (
			error, BAKEOFF_ERROR_USAGE,
			"board '%s' has a guest, and toolchain '%s' no 'guest-cc' to compile it",
			name, entry->toolchain->name);
	entry->emulator = emulator_version (entry->board);
	entry->named_files = describe_named_files (entry->board);
	entry->identity = toolchain_identity (entry->toolchain, &local);
	if (!entry->identity)
		entry->trouble = g_strdelimit (g_strdup (local->message), "\n", ';');
	if (entry->board->guest && entry->identity) {
		entry->guest = find_guest (entry->board, data_dir);
		entry->probe_digest = plan_probe_digest (entry, error);
		return entry->probe_digest != NULL;
	}
	entry->probe_digest = g_strdup ("none");
	return TRUE;
}

static char **join_settings (char **board, char **config)
{
	g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

	g_strv_builder_addv (all, (const char **) board);
	g_strv_builder_addv (all, (const char **) config);
	return g_strv_builder_end (all);
}

static Cell *add_cell (Plan *self, const PlanBoard *board, const ProjectConfig *config, guint index)
{
	const PlanVariant *variant = self->variants->pdata[index];
	Cell *cell = g_new0 (Cell, 1);
	g_autofree char *settings = NULL;

	cell->index = self->cells->len;
	cell->board = board;
	cell->config = config;
	cell->variant = variant;
	cell->applied = board->applied ? board->applied->pdata[index] : variant->applied;
	cell->boots = 1;
	cell->settings = join_settings (board->board->settings, config->settings);
	settings = g_strjoinv ("\n", cell->settings);
	if (cell->applied->ok && board->identity)
		cell->key = digest_of (cell->applied->tree, settings, board->board->build_digest,
				       board->identity, NULL);
	g_ptr_array_add (self->cells, cell);
	return cell;
}

/* The configs to use: those that the user names, else the project's. */
static GPtrArray *choose_configs (const Project *project, const char *const *names, GError **error)
{
	GPtrArray *chosen = g_ptr_array_new ();
	guint i;

	for (i = 0; (!names || !*names) && i < project->configs->len; i++)
		g_ptr_array_add (chosen, project->configs->pdata[i]);
	for (; names && *names; names++) {
		const ProjectConfig *config = project_config (project, *names);

		if (!config) {
			g_ptr_array_unref (chosen);
			return fail_null (error, BAKEOFF_ERROR_USAGE,
					  "no config '%s' in '%s'\nadd a section [config \"%s\"]",
					  *names, project->path, *names);
		}
		if (!g_ptr_array_find (chosen, config, NULL))
			g_ptr_array_add (chosen, (gpointer) config);
	}
	return chosen;
}

static gboolean has_board (const Plan *self, const char *name)
{
	guint i;

	for (i = 0; i < self->boards->len; i++) {
		const PlanBoard *entry = self->boards->pdata[i];

		if (g_str_equal (entry->board->name, name))
			return TRUE;
	}
	return FALSE;
}

char **plan_boards (const Project *project, const char *const *names)
{
	g_autoptr (GStrvBuilder) chosen = g_strv_builder_new ();

	if (!names || !*names)
		return g_strdupv (project->boards);
	for (; *names; names++) {
		if (g_str_equal (*names, "all")) {
			g_strv_builder_addv (chosen, (const char **) project->boards);
			g_strv_builder_addv (chosen, (const char **) project->extra_boards);
		} else {
			g_strv_builder_add (chosen, *names);
		}
	}
	return g_strv_builder_end (chosen);
}

Plan *plan_new (const Project *project, const PlanOptions *options, GError **error)
{
	g_autoptr (Plan) self = plan_alloc (project);
	g_autoptr (GPtrArray) configs = choose_configs (project, options->configs, error);
	g_auto (GStrv) names = plan_boards (project, options->boards);
	char **boards = names;
	guint i, j, k;

	if (!configs)
		return NULL;
	if (!*boards)
		return fail_null (
			error, BAKEOFF_ERROR_USAGE,
			"which boards?\ngive --board NAME or set 'bakeoff.board' in '%s'; "
			"'bakeoff boards' lists them",
			project->path);
	/* what writes objects comes last */
	for (; *boards; boards++) {
		if (!has_board (self, *boards) &&
		    !add_board (self, *boards, options->data_dir, error))
			return NULL;
	}
	if (!plan__apply_variants (self, options, error) ||
	    !plan__apply_on_boards (self, options, error))
		return NULL;
	for (i = 0; i < self->boards->len; i++) {
		for (j = 0; j < configs->len; j++) {
			for (k = 0; k < self->variants->len; k++) {
				Cell *cell = add_cell (self, self->boards->pdata[i],
						       configs->pdata[j], k);

				cell->unbooted = options->extra && k == 0;
			}
		}
	}
	return g_steal_pointer (&self);
}

Cell *plan_cell (const Plan *self, const PlanVariant *variant, const PlanBoard *board,
		 const ProjectConfig *config)
{
	guint i;

	for (i = 0; i < self->cells->len; i++) {
		Cell *cell = self->cells->pdata[i];

		if (cell->variant == variant && cell->board == board &&
		    g_str_equal (cell->config->name, config->name))
			return cell;
	}
	return NULL;
}

char *plan_boot_key_of (const Cell *cell, int version)
{
	const PlanBoard *board = cell->board;
	g_autofree char *judge = g_strdup_printf ("%d", version);

	return digest_of (cell->image, board->board->boot_digest, board->probe_digest,
			  board->emulator ? board->emulator : "", judge,
			  board->named_files ? board->named_files : "", NULL);
}

char *plan_boot_key (const Cell *cell)
{
	return plan_boot_key_of (cell, BOOT_JUDGE_VERSION);
}
