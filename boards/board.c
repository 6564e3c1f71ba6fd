/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "base/config.h"
#include "base/error.h"
#include "boards/board-line.h"
#include "boards/board.h"

#define DEFAULT_TIMEOUT 60
#define DEFAULT_SILENCE 20
#define MAX_SECONDS	3600
#define MAX_LIKE	8
#define MAX_DISK	(G_GUINT64_CONSTANT (1) << 40)

static const char *const known_keys[] = {
	"board.like",	"board.description", "board.arch",  "board.toolchain", "board.defconfig",
	"board.set",	"board.target",	     "board.image", "board.dtb",       "board.prelude",
	"boot.package", "boot.guest",	     "boot.disk",   "boot.console",    "boot.success",
	"boot.timeout", "boot.silence",	     NULL,
};

static gboolean read_required (const Config *config, const char *key, char **out_value,
			       GError **error)
{
	const char *value = config_get (config, key);

	if (!value || !*value)
		return config_fail (config, key, error, "'%s' is missing", key);
	*out_value = g_strdup (value);
	return TRUE;
}

/* A value is y, m, n, a number or a "string"; git's syntax eats quotes without a backslash. */
static gboolean read_settings (const Config *config, Board *self, GError **error)
{
	const char *const *settings = config_get_all (config, "board.set");
	gsize i;

	for (i = 0; settings && settings[i]; i++)
		if (!g_regex_match_simple ("^\\??CONFIG_[A-Za-z0-9_]+="
					   "([ymn]|-?[0-9]+|0x[0-9A-Fa-f]+|\".*\")$",
					   settings[i], G_REGEX_DOLLAR_ENDONLY, 0))
			return config_fail (config, "board.set", error,
					    "'%s' is not CONFIG_NAME=value\n"
					    "a value is y, m, n, a number, or a string in quotes: "
					    "set = CONFIG_X=\\\"text\\\"",
					    settings[i]);
	self->settings = g_strdupv ((char **) settings);
	if (!self->settings)
		self->settings = g_new0 (char *, 1);
	return TRUE;
}

static char **read_list (const Config *config, const char *key)
{
	const char *const *values = config_get_all (config, key);

	return values ? g_strdupv ((char **) values) : g_new0 (char *, 1);
}

/* `64M` and its like. */
static gboolean read_disk (const Config *config, Board *self, GError **error)
{
	const char *text = config_get (config, "boot.disk");
	guint64 unit = 1;
	char *end;

	if (!text)
		return TRUE;
	self->disk = g_ascii_isdigit (*text) ? g_ascii_strtoull (text, &end, 10) : 0;
	if (self->disk > 0 && strchr ("KMG", *end) && *end) {
		unit = G_GUINT64_CONSTANT (1) << (*end == 'K' ? 10 : *end == 'M' ? 20 : 30);
		end++;
	}
	if (self->disk == 0 || *end || self->disk > MAX_DISK / unit)
		return config_fail (config, "boot.disk", error,
				    "'%s' is not a size from 1 to 1024G, as 64M", text);
	self->disk *= unit;
	return TRUE;
}

/* Whether each %{name} in the value of @key has something to stand for on this board. */
static gboolean check_names (const Config *config, const Board *self, const char *key,
			     GError **error)
{
	const char *text = config_get (config, key);
	const char *open, *close;

	while (text && (open = strstr (text, "%{")) && (close = strchr (open, '}'))) {
		g_autofree char *name = g_strndup (open + 2, (gsize) (close - open - 2));

		if (strcmp (name, "initrd") == 0 && !self->guest)
			return config_fail (config, key, error, "%%{initrd} needs 'boot.guest'");
		if (strcmp (name, "disk") == 0 && self->disk == 0)
			return config_fail (config, key, error, "%%{disk} needs 'boot.disk'");
		if (strcmp (name, "dtb") == 0 && !*self->dtbs)
			return config_fail (config, key, error, "%%{dtb} needs 'board.dtb'");
		if (strcmp (name, "image") != 0 && strcmp (name, "kernel") != 0 &&
		    strcmp (name, "initrd") != 0 && strcmp (name, "disk") != 0 &&
		    strcmp (name, "dtb") != 0)
			return config_fail (config, key, error,
					    "%%{%s} is not known\n"
					    "there are %%{image}, %%{kernel}, %%{dtb}, "
					    "%%{initrd} and %%{disk}",
					    name);
		text = close + 1;
	}
	return TRUE;
}

static gboolean read_success (const Config *config, Board *self, GError **error)
{
	g_autoptr (GRegex) regex = NULL;
	g_autoptr (GError) local = NULL;

	self->success = g_strdup (config_get (config, "boot.success"));
	if (!self->success)
		return TRUE;
	if (self->guest)
		return config_fail (config, "boot.success", error,
				    "'boot.guest' and 'boot.success' exclude each other\n"
				    "a guest says itself how its test went");
	regex = g_regex_new (self->success, 0, 0, &local);
	if (!regex)
		return config_fail (config, "boot.success", error,
				    "'%s' is no regular expression: %s", self->success,
				    local->message);
	return TRUE;
}

/* Whether any key of @keys is there that is about booting. */
static gboolean wants_boot (const Config *config, const char *const *keys)
{
	gsize i;

	for (i = 0; keys[i]; i++)
		if (!g_str_has_prefix (keys[i], "board.") && config_get (config, keys[i]))
			return TRUE;
	return FALSE;
}

static gboolean check_keys (const Config *config, GError **error)
{
	g_autoptr (GPtrArray) keys = g_ptr_array_new ();
	gsize i;

	for (i = 0; known_keys[i]; i++)
		g_ptr_array_add (keys, (char *) known_keys[i]);
	for (i = 0; board_line_keys[i]; i++)
		g_ptr_array_add (keys, (char *) board_line_keys[i]);
	g_ptr_array_add (keys, NULL);
	return config_check (config, (const char *const *) keys->pdata, error);
}

static gboolean read_boot (const Config *config, Board *self, GError **error)
{
	self->bootable = wants_boot (config, known_keys) || wants_boot (config, board_line_keys);
	self->timeout = DEFAULT_TIMEOUT;
	self->silence = DEFAULT_SILENCE;
	if (!self->bootable)
		return TRUE;
	self->package = g_strdup (config_get (config, "boot.package"));
	self->guest = g_strdup (config_get (config, "boot.guest"));
	if (self->guest && !g_regex_match_simple ("^[A-Za-z0-9][\\w.+-]*$", self->guest, 0, 0))
		return config_fail (config, "boot.guest", error,
				    "'%s' is not the name of a guest program", self->guest);
	return read_required (config, "boot.console", &self->console, error) &&
	       read_disk (config, self, error) && read_success (config, self, error) &&
	       config_get_int (config, "boot.timeout", 1, MAX_SECONDS, DEFAULT_TIMEOUT,
			       &self->timeout, error) &&
	       config_get_int (config, "boot.silence", 1, MAX_SECONDS, DEFAULT_SILENCE,
			       &self->silence, error) &&
	       check_names (config, self, "boot.package", error) &&
	       check_names (config, self, "boot.publish", error) &&
	       check_names (config, self, "boot.console", error) &&
	       board_line_read (config, &self->line, error);
}

static gboolean read_board (const Config *config, Board *self, GError **error)
{
	self->dtbs = read_list (config, "board.dtb");
	self->preludes = read_list (config, "board.prelude");
	return read_required (config, "board.description", &self->description, error) &&
	       read_required (config, "board.arch", &self->arch, error) &&
	       read_required (config, "board.toolchain", &self->toolchain, error) &&
	       read_required (config, "board.defconfig", &self->defconfig, error) &&
	       read_required (config, "board.target", &self->target, error) &&
	       read_required (config, "board.image", &self->image, error) &&
	       read_settings (config, self, error) && read_boot (config, self, error);
}

/* Hashes @text with its length, so that no two lists of fields look the same. */
static void hash_field (GChecksum *sum, const char *text)
{
	g_autofree char *length =
		g_strdup_printf ("%" G_GSSIZE_FORMAT ":", text ? (gssize) strlen (text) : -1);

	g_checksum_update (sum, (const guchar *) length, -1);
	if (text)
		g_checksum_update (sum, (const guchar *) text, -1);
}

static void make_digests (Board *self)
{
	g_autoptr (GChecksum) build = g_checksum_new (G_CHECKSUM_SHA256);
	g_autoptr (GChecksum) boot = g_checksum_new (G_CHECKSUM_SHA256);
	g_autofree char *numbers = NULL;
	gsize i;

	hash_field (build, self->arch);
	hash_field (build, self->defconfig);
	hash_field (build, self->target);
	hash_field (build, self->image);
	for (i = 0; self->dtbs[i]; i++)
		hash_field (build, self->dtbs[i]);
	for (i = 0; self->settings[i]; i++)
		hash_field (build, self->settings[i]);
	self->build_digest = g_strdup (g_checksum_get_string (build));

	numbers = g_strdup_printf ("%d %" G_GUINT64_FORMAT " %d %d", self->bootable, self->disk,
				   self->timeout, self->silence);
	hash_field (boot, numbers);
	hash_field (boot, self->package);
	hash_field (boot, self->console);
	hash_field (boot, self->success);
	if (self->line)
		board_line_hash (self->line, hash_field, boot);
	self->boot_digest = g_strdup (g_checksum_get_string (boot));
}

static Board *no_such_board (const char *name, const char *const *dirs, GError **error)
{
	g_autoptr (GPtrArray) names = board_list (dirs);
	g_autofree char *list = NULL;

	g_ptr_array_add (names, NULL);
	list = g_strjoinv (", ", (char **) names->pdata);
	return fail_null (error, BAKEOFF_ERROR_USAGE, "there is no board '%s'\n%s%s", name,
			  *list ? "boards: " : "no board file was found", list);
}

/* The first NAME.board in @dirs; NULL if there is none. */
static char *find_board (const char *name, const char *const *dirs)
{
	g_autofree char *file = g_strconcat (name, ".board", NULL);
	gsize i;

	if (!*name || strchr (name, '/'))
		return NULL;
	for (i = 0; dirs[i]; i++) {
		g_autofree char *path = g_build_filename (dirs[i], file, NULL);

		if (g_file_test (path, G_FILE_TEST_EXISTS))
			return g_steal_pointer (&path);
	}
	return NULL;
}

/* Reads @path, and what it is `like`, over which it stands. @depth: how many boards are like it. */
static Config *load_config (const char *path, const char *const *dirs, int depth, GError **error)
{
	g_autoptr (Config) config = config_load (path, error);
	g_autoptr (Config) other = NULL;
	g_autofree char *other_path = NULL;
	const char *like = config ? config_get (config, "board.like") : NULL;

	if (!config || !check_keys (config, error))
		return NULL;
	if (!like)
		return g_steal_pointer (&config);
	other_path = find_board (like, dirs);
	if (!other_path || depth == MAX_LIKE) {
		config_fail (config, "board.like", error,
			     other_path ? "the board is like itself" : "there is no board '%s'",
			     like);
		return NULL;
	}
	other = load_config (other_path, dirs, depth + 1, error);
	if (!other)
		return NULL;
	config_inherit (config, other, "board.set");
	return g_steal_pointer (&config);
}

Board *board_load (const char *name, const char *const *dirs, GError **error)
{
	g_autoptr (Board) self = g_new0 (Board, 1);
	g_autoptr (Config) config = NULL;

	self->path = find_board (name, dirs);
	if (!self->path)
		return no_such_board (name, dirs, error);
	self->name = g_strdup (name);
	config = load_config (self->path, dirs, 0, error);
	if (!config || !read_board (config, self, error))
		return NULL;
	make_digests (self);
	return g_steal_pointer (&self);
}

void board_free (Board *self)
{
	if (!self)
		return;
	g_free (self->name);
	g_free (self->path);
	g_free (self->description);
	g_free (self->arch);
	g_free (self->toolchain);
	g_free (self->defconfig);
	g_strfreev (self->settings);
	g_free (self->target);
	g_free (self->image);
	g_strfreev (self->dtbs);
	g_strfreev (self->preludes);
	g_free (self->package);
	g_free (self->guest);
	g_free (self->console);
	g_free (self->success);
	board_line_free (self->line);
	g_free (self->build_digest);
	g_free (self->boot_digest);
	g_free (self);
}

static int compare_names (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *board_list (const char *const *dirs)
{
	g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
	const char *file;
	gsize i;

	for (i = 0; dirs[i]; i++) {
		g_autoptr (GDir) dir = g_dir_open (dirs[i], 0, NULL);

		while (dir && (file = g_dir_read_name (dir))) {
			g_autofree char *name = g_str_has_suffix (file, ".board")
							? g_strndup (file, strlen (file) - 6)
							: NULL;

			if (name && *name &&
			    !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
				g_ptr_array_add (names, g_steal_pointer (&name));
		}
	}
	g_ptr_array_sort (names, compare_names);
	return g_steal_pointer (&names);
}
