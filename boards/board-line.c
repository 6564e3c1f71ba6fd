/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "boards/board-line.h"

#define DEFAULT_STEP  30
#define DEFAULT_TRIES 2

const char *const board_line_keys[] = {
	"boot.publish", "boot.place",	  "power.on",	    "power.off",
	"power.cycle",	"power.recover",  "power.labgrid",  "loader.kind",
	"loader.stop",	"loader.prompt",  "loader.command", "loader.boot",
	"loader.delay", "loader.timeout", "loader.tries",   "login.prompt",
	"login.user",	"login.password", "login.shell",    "login.run",
	NULL,
};

/* What each kind of loader is like, where the board file does not say. */
static const struct {
	const char *kind, *stop, *prompt;
} loaders[] = {
	{ "u-boot", " ", "=> " },
	{ "barebox", "^C", ":/ " },
};

static gboolean is_line (const char *console)
{
	return g_str_has_prefix (console, "tcp:") || g_str_has_prefix (console, "tty:") ||
	       g_str_has_prefix (console, "labgrid:");
}

static gboolean check_console (const Config *config, const char *console, GError **error)
{
	if (g_str_has_prefix (console, "tcp:") &&
	    !g_regex_match_simple ("^tcp:[^\\s:]+:\\d{1,5}$|^tcp:\\[[0-9A-Fa-f:.]+\\]:\\d{1,5}$",
				   console, G_REGEX_DOLLAR_ENDONLY, 0))
		return config_fail (config, "boot.console", error, "'%s' is not tcp:HOST:PORT",
				    console);
	if (g_str_has_prefix (console, "tty:") &&
	    !g_regex_match_simple ("^tty:/[^\\s:]+:[1-9]\\d{1,6}$", console, G_REGEX_DOLLAR_ENDONLY,
				   0))
		return config_fail (config, "boot.console", error,
				    "'%s' is not tty:DEVICE:SPEED\nas tty:/dev/ttyUSB0:115200",
				    console);
	if (g_str_has_prefix (console, "labgrid:") &&
	    !g_regex_match_simple ("^labgrid:[\\w./+-]+$", console, G_REGEX_DOLLAR_ENDONLY, 0))
		return config_fail (config, "boot.console", error, "'%s' is not labgrid:PLACE",
				    console);
	return TRUE;
}

static char *get (const Config *config, const char *key, const char *fallback)
{
	const char *value = config_get (config, key);

	return g_strdup (value ? value : fallback);
}

/* Words go to the board as they stand, one line each. */
static gboolean check_text (const Config *config, const char *key, GError **error)
{
	const char *const *values = config_get_all (config, key);
	gsize i;

	for (i = 0; values && values[i]; i++) {
		if (!*values[i] || strpbrk (values[i], "\r\n"))
			return config_fail (config, key, error, "'%s' must be one line", key);
		if (strstr (values[i], "%{"))
			return config_fail (config, key, error,
					    "'%s' goes to the board as it stands\n"
					    "name the file as boot.publish has put it there",
					    values[i]);
	}
	return TRUE;
}

static gboolean read_power (const Config *config, const char *console, BoardLine *self,
			    GError **error)
{
	const char *place = config_get (config, "power.labgrid");

	if (!place && g_str_has_prefix (console, "labgrid:"))
		place = console + strlen ("labgrid:");
	self->on = get (config, "power.on", NULL);
	self->off = get (config, "power.off", NULL);
	self->cycle = get (config, "power.cycle", NULL);
	self->recover = get (config, "power.recover", NULL);
	if (place && !self->on && !self->off && !self->cycle) {
		g_autofree char *quoted = g_shell_quote (place);

		self->on = g_strdup_printf ("labgrid-client -p %s power on", quoted);
		self->off = g_strdup_printf ("labgrid-client -p %s power off", quoted);
		self->cycle = g_strdup_printf ("labgrid-client -p %s power cycle", quoted);
	}
	if (!self->cycle && (!self->on || !self->off))
		return config_fail (config, self->on ? "power.on" : "boot.console", error,
				    "the board cannot be started anew\n"
				    "give [power] 'cycle', or 'on' and 'off'");
	return TRUE;
}

static gboolean read_loader (const Config *config, BoardLine *self, GError **error)
{
	static const char *const texts[] = { "loader.stop", "loader.prompt", "loader.command",
					     "loader.boot" };
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (texts); i++)
		if (!check_text (config, texts[i], error))
			return FALSE;
	self->kind = get (config, "loader.kind", "none");
	self->commands = g_strdupv ((char **) config_get_all (config, "loader.command"));
	if (!self->commands)
		self->commands = g_new0 (char *, 1);
	for (i = 0; i < G_N_ELEMENTS (loaders); i++) {
		if (g_str_equal (self->kind, loaders[i].kind)) {
			self->stop = get (config, "loader.stop", loaders[i].stop);
			self->prompt = get (config, "loader.prompt", loaders[i].prompt);
			self->boot = get (config, "loader.boot", NULL);
		}
	}
	if (!self->prompt && !g_str_equal (self->kind, "none"))
		return config_fail (config, "loader.kind", error,
				    "'%s' is no kind of loader\nthere are u-boot, barebox and none",
				    self->kind);
	if (self->prompt && !self->boot)
		return config_fail (config, "loader.kind", error,
				    "'loader.boot' is missing: the command that starts the kernel");
	for (i = 0; !self->prompt && i < G_N_ELEMENTS (texts); i++)
		if (config_get (config, texts[i]))
			return config_fail (config, texts[i], error, "'%s' needs 'loader.kind'",
					    texts[i]);
	return config_get_int (config, "loader.delay", 0, 1000, 0, &self->delay, error) &&
	       config_get_int (config, "loader.timeout", 1, 600, DEFAULT_STEP, &self->timeout,
			       error) &&
	       config_get_int (config, "loader.tries", 1, 10, DEFAULT_TRIES, &self->tries, error);
}

static gboolean check_regex (const Config *config, const char *key, GError **error)
{
	const char *text = config_get (config, key);
	g_autoptr (GRegex) regex = text ? g_regex_new (text, 0, 0, NULL) : NULL;

	return !text || regex ||
	       config_fail (config, key, error, "'%s' is no regular expression", text);
}

static gboolean read_login (const Config *config, BoardLine *self, GError **error)
{
	static const char *const keys[] = { "login.prompt", "login.user", "login.password",
					    "login.shell", "login.run" };
	gboolean wanted = FALSE;
	gsize i;

	for (i = 0; i < G_N_ELEMENTS (keys); i++) {
		wanted = wanted || config_get (config, keys[i]);
		if (!check_text (config, keys[i], error))
			return FALSE;
	}
	if (!wanted)
		return TRUE;
	if (!config_get (config, "login.run"))
		return config_fail (config, "login.user", error,
				    "'login.run' is missing: the command whose results count");
	if (config_get (config, "boot.success"))
		return config_fail (config, "boot.success", error,
				    "'login.run' and 'boot.success' exclude each other");
	self->login = get (config, "login.prompt", "login: ?$");
	self->user = get (config, "login.user", NULL);
	self->password = get (config, "login.password", NULL);
	self->shell = get (config, "login.shell", "[#$] ?$");
	self->run = get (config, "login.run", NULL);
	return check_regex (config, "login.prompt", error) &&
	       check_regex (config, "login.shell", error);
}

/* The section that needs a line, where the console is a plain command. */
static gboolean has_sections (const Config *config)
{
	gsize i;

	for (i = 0; board_line_keys[i]; i++)
		if (config_get (config, board_line_keys[i]))
			return TRUE;
	return FALSE;
}

/* What a board is locked as: its line, by the one name that all links to a tty lead to. */
static char *place_of (const char *console)
{
	g_autofree char *device = NULL, *real = NULL;

	if (!g_str_has_prefix (console, "tty:"))
		return g_strdup (console);
	device = g_strndup (console + strlen ("tty:"),
			    (gsize) (strrchr (console, ':') - console) - strlen ("tty:"));
	real = realpath (device, NULL);
	return g_strconcat ("tty:", real ? real : device, NULL);
}

gboolean board_line_read (const Config *config, BoardLine **out_line, GError **error)
{
	const char *console = config_get (config, "boot.console");
	BoardLine *self;

	*out_line = NULL;
	if (!console || (!is_line (console) && !has_sections (config)))
		return TRUE;
	if (!check_console (config, console, error))
		return FALSE;
	self = *out_line = g_new0 (BoardLine, 1);
	self->place = config_get (config, "boot.place") ? get (config, "boot.place", NULL)
							: place_of (console);
	self->publish = get (config, "boot.publish", NULL);
	return read_power (config, console, self, error) && read_loader (config, self, error) &&
	       read_login (config, self, error);
}

void board_line_free (BoardLine *self)
{
	if (!self)
		return;
	g_free (self->place);
	g_free (self->publish);
	g_free (self->on);
	g_free (self->off);
	g_free (self->cycle);
	g_free (self->recover);
	g_free (self->kind);
	g_free (self->stop);
	g_free (self->prompt);
	g_strfreev (self->commands);
	g_free (self->boot);
	g_free (self->login);
	g_free (self->user);
	g_free (self->password);
	g_free (self->shell);
	g_free (self->run);
	g_free (self);
}

static void add_word (GPtrArray *words, const char *name, const char *value)
{
	if (!value)
		return;
	g_ptr_array_add (words, g_strdup (name));
	g_ptr_array_add (words, g_strdup (value));
}

static void add_number (GPtrArray *words, const char *name, int value)
{
	g_ptr_array_add (words, g_strdup (name));
	g_ptr_array_add (words, g_strdup_printf ("%d", value));
}

GPtrArray *board_line_words (const BoardLine *self, const char *log)
{
	GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
	gsize i;

	add_word (words, "log", log);
	add_word (words, "on", self->on);
	add_word (words, "off", self->off);
	add_word (words, "cycle", self->cycle);
	add_word (words, "recover", self->recover);
	add_word (words, "kind", self->kind);
	add_word (words, "stop", self->stop);
	add_word (words, "prompt", self->prompt);
	for (i = 0; self->commands[i]; i++)
		add_word (words, "command", self->commands[i]);
	add_word (words, "boot", self->boot);
	add_number (words, "delay", self->delay);
	add_number (words, "timeout", self->timeout);
	add_number (words, "tries", self->tries);
	add_word (words, "login", self->login);
	add_word (words, "user", self->user);
	add_word (words, "password", self->password);
	add_word (words, "shell", self->shell);
	add_word (words, "run", self->run);
	return words;
}

void board_line_hash (const BoardLine *self, void (*hash) (GChecksum *sum, const char *text),
		      GChecksum *sum)
{
	g_autoptr (GPtrArray) words = board_line_words (self, NULL);
	guint i;

	hash (sum, self->publish);
	for (i = 0; i < words->len; i++)
		hash (sum, words->pdata[i]);
}
