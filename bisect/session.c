/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "bisect/session.h"

#define WORDS	"# bakeoff bisect run "
#define BOOT	"# bakeoff: boot "
#define REASON	"# bakeoff: "
#define VERIFY	"# bakeoff: verify: "
#define REVERT	"# bakeoff: revert: "
#define COMMAND "git bisect "

static void entry_free (gpointer data)
{
	SessionEntry *self = data;

	g_free (self->commit);
	g_free (self->reason);
	g_free (self);
}

static void boot_free (gpointer data)
{
	SessionBoot *self = data;

	g_free (self->commit);
	g_free (self->image);
	g_free (self);
}

void session_free (Session *self)
{
	if (!self)
		return;
	g_free (self->path);
	g_strfreev (self->words);
	g_free (self->old_end);
	g_free (self->new_end);
	g_free (self->term_old);
	g_free (self->term_new);
	g_strfreev (self->paths);
	g_clear_pointer (&self->entries, g_ptr_array_unref);
	g_clear_pointer (&self->boots, g_ptr_array_unref);
	g_free (self->end.commit);
	g_free (self->end.verify);
	g_free (self->end.revert);
	g_free (self);
}

char *session_path (const char *state_dir)
{
	return g_build_filename (state_dir, "bisect", "log", NULL);
}

gboolean session_is_verified (const Session *self)
{
	return self->end.commit && self->end.verify && g_str_has_prefix (self->end.verify, "PASS");
}

const char *session_term (const Session *self, Answer answer)
{
	return answer == ANSWER_OLD   ? self->term_old
	       : answer == ANSWER_NEW ? self->term_new
				      : "skip";
}

const SessionEntry *session_find (const Session *self, const char *commit)
{
	guint i = self->entries->len;

	while (i-- > 0) {
		const SessionEntry *entry = self->entries->pdata[i];

		if (g_str_equal (entry->commit, commit))
			return entry;
	}
	return NULL;
}

static void remember (Session *self, const char *commit, Answer answer, const char *reason)
{
	SessionEntry *entry = g_new0 (SessionEntry, 1);

	entry->commit = g_strdup (commit);
	entry->answer = answer;
	entry->reason = g_strdelimit (g_strdup (reason ? reason : ""), "\n", ' ');
	g_ptr_array_add (self->entries, entry);
}

static void remember_boot (Session *self, const char *commit, const char *image, char outcome)
{
	SessionBoot *boot = g_new0 (SessionBoot, 1);

	boot->commit = g_strdup (commit);
	boot->image = g_strdup (image);
	boot->outcome = outcome;
	g_ptr_array_add (self->boots, boot);
}

/* ---- reading ---- */

/* A log while it is read. */
typedef struct {
	Session *session;
	const char *name;
	guint line;
	char *reason;  /* of the answer that comes next */
	char *told[2]; /* what the latest two comments name: git's word for its ends */
} Reading;

static gboolean refuse (const Reading *self, GError **error, const char *what)
{
	return fail (error, BAKEOFF_ERROR_USAGE, "%s:%u: %s\n'git bisect log' writes such a file",
		     self->name, self->line, what);
}

static void set_string (char **field, const char *value)
{
	g_free (*field);
	*field = g_strdup (value);
}

static gboolean is_commit (const char *word)
{
	return strlen (word) == 40 && strspn (word, "0123456789abcdef") == 40;
}

/* `--term-new WORD` is as good as `--term-new=WORD`. */
static char **term_of (Session *session, const char *word)
{
	if (g_str_equal (word, "--term-new") || g_str_equal (word, "--term-bad"))
		return &session->term_new;
	if (g_str_equal (word, "--term-old") || g_str_equal (word, "--term-good"))
		return &session->term_old;
	return NULL;
}

/* An end, which git's log has as it was typed; the comments before it have its id. */
static void set_end (char **end, const char *word, const char *told)
{
	set_string (end, is_commit (word) || !told ? word : told);
}

/* `git bisect start [OPTION...] [NEW [OLD...]] [-- PATH...]` */
static gboolean read_start (Reading *self, char **words, GError **error)
{
	Session *session = self->session;
	guint ends = 0;

	for (; *words && !g_str_equal (*words, "--"); words++) {
		char **term = term_of (session, *words);

		if (term && words[1])
			set_string (term, *++words);
		else if (g_str_has_prefix (*words, "--term-new=") ||
			 g_str_has_prefix (*words, "--term-bad="))
			set_string (&session->term_new, strchr (*words, '=') + 1);
		else if (g_str_has_prefix (*words, "--term-old=") ||
			 g_str_has_prefix (*words, "--term-good="))
			set_string (&session->term_old, strchr (*words, '=') + 1);
		else if (g_str_equal (*words, "--first-parent"))
			session->first_parent = TRUE;
		else if (g_str_has_prefix (*words, "--"))
			continue; /* --no-checkout says nothing here */
		else if (ends++ == 0)
			set_end (&session->new_end, *words, self->told[0]);
		else if (ends == 2)
			set_end (&session->old_end, *words, self->told[1]);
		else
			return refuse (self, error, "more than one old end");
	}
	g_strfreev (session->paths);
	session->paths = g_strdupv (*words ? words + 1 : words);
	return TRUE;
}

static gboolean read_answer (Reading *self, const char *term, char **commits, GError **error)
{
	Session *session = self->session;
	Answer answer;

	if (g_str_equal (term, "skip"))
		answer = ANSWER_SKIP;
	else if (g_str_equal (term, session->term_old) || g_str_equal (term, "good") ||
		 g_str_equal (term, "old"))
		answer = ANSWER_OLD;
	else if (g_str_equal (term, session->term_new) || g_str_equal (term, "bad") ||
		 g_str_equal (term, "new"))
		answer = ANSWER_NEW;
	else
		return refuse (self, error, "this command is none of a bisection's");
	if (!*commits)
		return refuse (self, error, "a commit's full id is wanted here");
	for (; *commits; commits++) {
		if (!is_commit (*commits))
			return refuse (self, error, "a commit's full id is wanted here");
		remember (session, *commits, answer, self->reason);
		if (answer == ANSWER_OLD && !session->old_end)
			session->old_end = g_strdup (*commits);
		if (answer == ANSWER_NEW && !session->new_end)
			session->new_end = g_strdup (*commits);
	}
	return TRUE;
}

/* `bad: [ID] subject`: at the start of a log of git's the new end, then the old one. */
static void read_told (Reading *self, const char *line)
{
	const char *id = strstr (line, ": [");
	g_autofree char *told = id ? g_strndup (id + 3, 40) : NULL;

	if (!told || !is_commit (told))
		return;
	g_free (self->told[0]);
	self->told[0] = self->told[1];
	self->told[1] = g_steal_pointer (&told);
}

/* `first fixed commit: [ID] subject` */
static void read_end (Reading *self, const char *line)
{
	g_autofree char *first = g_strdup_printf ("# first %s commit: [", self->session->term_new);

	if (!g_str_has_prefix (line, first) || strlen (line) < strlen (first) + 40)
		return;
	g_free (self->session->end.commit);
	self->session->end.commit = g_strndup (line + strlen (first), 40);
}

/* `COMMIT OUTCOME IMAGE` */
static gboolean read_boot (Reading *self, const char *text, GError **error)
{
	g_auto (GStrv) words = g_strsplit (text, " ", -1);

	if (g_strv_length (words) != 3 || !is_commit (words[0]) || strlen (words[1]) != 1 ||
	    !strchr ("bgx", *words[1]))
		return refuse (self, error, "this is no boot");
	remember_boot (self->session, words[0], words[2], *words[1]);
	return TRUE;
}

static gboolean read_comment (Reading *self, const char *line, GError **error)
{
	Session *session = self->session;

	if (g_str_has_prefix (line, WORDS) && !session->words) {
		if (!g_shell_parse_argv (line + strlen (WORDS), NULL, &session->words, NULL))
			return refuse (self, error, "these are no words of a command");
	} else if (g_str_has_prefix (line, VERIFY)) {
		set_string (&session->end.verify, line + strlen (VERIFY));
	} else if (g_str_has_prefix (line, REVERT)) {
		set_string (&session->end.revert, line + strlen (REVERT));
	} else if (g_str_has_prefix (line, BOOT)) {
		return read_boot (self, line + strlen (BOOT), error);
	} else if (g_str_has_prefix (line, REASON)) {
		set_string (&self->reason, line + strlen (REASON));
	} else {
		read_told (self, line);
		read_end (self, line);
	}
	return TRUE;
}

static gboolean read_command (Reading *self, const char *line, GError **error)
{
	g_auto (GStrv) words = NULL;

	if (!g_str_has_prefix (line, COMMAND) || !g_shell_parse_argv (line, NULL, &words, NULL) ||
	    !words[2])
		return refuse (self, error, "this is no 'git bisect' command");
	if (g_str_equal (words[2], "start"))
		return read_start (self, words + 3, error);
	if (!read_answer (self, words[2], words + 3, error))
		return FALSE;
	g_clear_pointer (&self->reason, g_free);
	return TRUE;
}

Session *session_parse (const char *text, const char *name, GError **error)
{
	g_autoptr (Session) self = g_new0 (Session, 1);
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
	g_autofree char *reason = NULL;
	Reading reading = { .session = self, .name = name };
	gboolean done = TRUE;
	guint i;

	self->term_old = g_strdup ("good");
	self->term_new = g_strdup ("bad");
	self->paths = g_new0 (char *, 1);
	self->entries = g_ptr_array_new_with_free_func (entry_free);
	self->boots = g_ptr_array_new_with_free_func (boot_free);
	/* what follows the last newline was never written to its end */
	for (i = 0; done && lines[i] && lines[i + 1]; i++) {
		reading.line = i + 1;
		if (*lines[i] == '#')
			done = read_comment (&reading, lines[i], error);
		else if (*lines[i])
			done = read_command (&reading, lines[i], error);
	}
	reason = reading.reason;
	g_free (reading.told[0]);
	g_free (reading.told[1]);
	if (!done)
		return NULL;
	if (!self->old_end || !self->new_end)
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "%s: it names no %s commit\n"
				  "a bisection goes between one of each",
				  name, self->old_end ? self->term_new : self->term_old);
	return g_steal_pointer (&self);
}

Session *session_load (const char *path, GError **error)
{
	g_autofree char *text = NULL;
	Session *self;

	if (!g_file_test (path, G_FILE_TEST_EXISTS))
		return fail_null (error, BAKEOFF_ERROR_USAGE,
				  "no bisection is under way\n"
				  "'bakeoff bisect run GOOD BAD' starts one");
	text = files_read (path, NULL, error);
	self = text ? session_parse (text, path, error) : NULL;
	if (self)
		self->path = g_strdup (path);
	return self;
}

/* ---- writing ---- */

static void append_quoted (GString *text, const char *word)
{
	g_autofree char *quoted = g_shell_quote (word);

	g_string_append_printf (text, " %s", quoted);
}

static void append_entry (GString *text, const Session *self, const SessionEntry *entry,
			  const char *subject)
{
	const char *term = session_term (self, entry->answer);

	if (*entry->reason)
		g_string_append_printf (text, REASON "%s\n", entry->reason);
	g_string_append_printf (text, "# %s: [%s] %s\n" COMMAND "%s %s\n", term, entry->commit,
				subject ? subject : "", term, entry->commit);
}

static void append_start (GString *text, const Session *self)
{
	guint i;

	for (i = 0; self->words && self->words[i]; i++)
		append_quoted (text, self->words[i]);
	g_string_append (text, "\n" COMMAND "start");
	if (!g_str_equal (self->term_new, "bad") || !g_str_equal (self->term_old, "good"))
		g_string_append_printf (text, " '--term-new=%s' '--term-old=%s'", self->term_new,
					self->term_old);
	if (self->first_parent)
		append_quoted (text, "--first-parent");
	append_quoted (text, self->new_end);
	append_quoted (text, self->old_end);
	for (i = 0; self->paths[i]; i++) {
		if (i == 0)
			append_quoted (text, "--");
		append_quoted (text, self->paths[i]);
	}
	g_string_append_c (text, '\n');
}

gboolean session_start (const Session *self, SessionSubject subject_of, gpointer user_data,
			GError **error)
{
	g_autoptr (GString) text = g_string_new ("# bakeoff bisect run");
	g_autofree char *dir = g_path_get_dirname (self->path);
	guint i;

	if (g_file_test (self->path, G_FILE_TEST_EXISTS))
		return fail (error, BAKEOFF_ERROR_USAGE,
			     "a bisection is under way\n'bakeoff bisect run' goes on with it, "
			     "'bakeoff bisect reset' ends it");
	append_start (text, self);
	for (i = 0; i < self->entries->len; i++) {
		const SessionEntry *entry = self->entries->pdata[i];
		g_autofree char *subject = subject_of (entry->commit, user_data);

		append_entry (text, self, entry, subject);
	}
	for (i = 0; self->boots && i < self->boots->len; i++) {
		const SessionBoot *boot = self->boots->pdata[i];

		g_string_append_printf (text, BOOT "%s %c %s\n", boot->commit, boot->outcome,
					boot->image);
	}
	return files_make_dir (dir, error) &&
	       files_write (self->path, text->str, (gssize) text->len, error);
}

/* Cuts off a last line that was never written to its end. */
static gboolean trim (int fd)
{
	off_t end = lseek (fd, 0, SEEK_END);
	char last = '\n';

	while (end > 0 && pread (fd, &last, 1, end - 1) == 1 && last != '\n')
		end--;
	return end >= 0 && ftruncate (fd, end) == 0;
}

static gboolean append (const Session *self, const GString *text, GError **error)
{
	int fd = open (self->path, O_RDWR | O_APPEND | O_CLOEXEC);
	gboolean done = fd >= 0 && trim (fd) &&
			write (fd, text->str, text->len) == (gssize) text->len && fsync (fd) == 0;

	if (!done)
		fail (error, BAKEOFF_ERROR_FAILED, "cannot write '%s': %s", self->path,
		      g_strerror (errno));
	if (fd >= 0)
		close (fd);
	return done;
}

gboolean session_add (Session *self, const char *commit, Answer answer, const char *reason,
		      const char *subject, GError **error)
{
	g_autoptr (GString) text = g_string_new (NULL);

	remember (self, commit, answer, reason);
	append_entry (text, self, self->entries->pdata[self->entries->len - 1], subject);
	return append (self, text, error);
}

gboolean session_add_boot (Session *self, const char *commit, const char *image, char outcome,
			   GError **error)
{
	g_autoptr (GString) text = g_string_new (NULL);

	g_string_append_printf (text, BOOT "%s %c %s\n", commit, outcome, image);
	remember_boot (self, commit, image, outcome);
	return append (self, text, error);
}

gboolean session_finish (Session *self, const SessionEnd *end, const char *subject, GError **error)
{
	g_autoptr (GString) text = g_string_new (NULL);

	set_string (&self->end.commit, end->commit);
	set_string (&self->end.verify, end->verify);
	set_string (&self->end.revert, end->revert);
	g_string_append_printf (text, "# first %s commit: [%s] %s\n", self->term_new, end->commit,
				subject ? subject : "");
	if (end->verify)
		g_string_append_printf (text, VERIFY "%s\n", end->verify);
	if (end->revert)
		g_string_append_printf (text, REVERT "%s\n", end->revert);
	return append (self, text, error);
}
