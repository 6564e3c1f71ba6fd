# SPDX-License-Identifier: GPL-2.0-only
#
# Bash completion for bakeoff. `make install` puts it where bash-completion finds it; by hand:
#   source docs/completion.bash
#
# _bakeoff_commands and _bakeoff_options repeat the table of cmd/main.c and what --help prints.

_bakeoff_commands="init import show apply quilt build boot run step reduce bisect report decode replay boards gc doctor"
_bakeoff_formats="text reply json"
_bakeoff_verdicts="any pass fail oops hang built build-failed apply-failed infra undecided oops-new"
_bakeoff_reducible="pass fail oops hang built build-failed"

_bakeoff_options ()
{
	case $1 in
	import) echo "--help --dry-run --all --suggest --allow-control --project --repo --base" ;;
	show) echo "--help --changed --functions --conflicts --project --repo --base --board --config --variant --combine" ;;
	apply) echo "--help --variant --fail --project --repo --base" ;;
	quilt) echo "--help --pop --base-only --project --repo --base" ;;
	build) echo "--help --fail-on --project --repo --base --board --config --variant --combine --jobs --no-sandbox --no-ccache --fresh" ;;
	boot) echo "--help --interactive --project --repo --base --board --config --variant --jobs --no-sandbox --no-ccache --fresh" ;;
	run) echo "--help --repeat --until-sure --fail-on --project --repo --base --board --config --variant --combine --jobs --no-sandbox --no-ccache --fresh" ;;
	step) echo "--help --signature --bad --repeat --with --without --find --commit --project --repo --board --config --jobs --no-sandbox --no-ccache --fresh" ;;
	reduce) echo "--help --signature --verdict --project --repo --base --board --config --jobs --no-sandbox --no-ccache --fresh" ;;
	bisect) echo "--help --signature --bad --repeat --with --without --find --series --base --first-parent --path --ahead --noisy --confidence --max-boots --regzbot --format --project --repo --board --config --jobs --no-sandbox --no-ccache --fresh" ;;
	report) echo "--help --format --output --project --repo --base --board --config --variant --combine" ;;
	decode) echo "--help --vmlinux" ;;
	replay) echo "--help --project --repo --base --board --config --variant --combine" ;;
	init) echo "--help --board --project --repo --base" ;;
	boards) echo "--help --project" ;;
	gc) echo "--help --older --size --all --dry-run --project" ;;
	doctor) echo "--help --reproducible --project --repo --base --board --config --jobs --no-sandbox --no-ccache --fresh" ;;
	esac
}

# The project file: --project on the line, else the nearest bakeoff.conf.
_bakeoff_project ()
{
	local i word dir=$PWD

	for ((i = 2; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		[[ $word == --project || $word == -p ]] || continue
		[[ ${COMP_WORDS[i + 1]} == "=" ]] && i=$((i + 1))
		word=${COMP_WORDS[i + 1]/#\~\//$HOME/}
		[[ -f $word ]] && echo "$word"
		return
	done
	while [[ -n $dir && ! -f $dir/bakeoff.conf ]]; do
		dir=${dir%/*}
	done
	[[ -f $dir/bakeoff.conf ]] && echo "$dir/bakeoff.conf"
}

# Names of the sections [KIND "NAME"] of the project file.
_bakeoff_sections ()
{
	local project

	project=$(_bakeoff_project)
	[[ -n $project ]] && sed -n "s/^[[:space:]]*\[$1 \"\(.*\)\"\].*/\1/p" "$project" 2>/dev/null
}

_bakeoff_boards ()
{
	local project

	project=$(_bakeoff_project)
	"${COMP_WORDS[0]/#\~\//$HOME/}" boards ${project:+--project "$project"} 2>/dev/null |
		sed 's/[[:space:]].*//'
}

# $1: what is there of a list with commas, $2: the names
_bakeoff_list ()
{
	local before=

	[[ $1 == *,* ]] && before=${1%,*},
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$2" -- "${1##*,}")
	compopt -o nospace
}

_bakeoff ()
{
	local command=${COMP_WORDS[1]} current=${COMP_WORDS[COMP_CWORD]} option

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$_bakeoff_commands --help --version" -- "$current")
		return
	fi
	# --option=value is three words to bash
	option=${COMP_WORDS[COMP_CWORD - 1]}
	if [[ $current == "=" ]]; then
		current=
	elif [[ $option == "=" ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $option in
	--board | -b)
		_bakeoff_list "$current" "$(_bakeoff_boards)"
		return
		;;
	--config | -c)
		_bakeoff_list "$current" "$(_bakeoff_sections config)"
		return
		;;
	--variant | -v)
		_bakeoff_list "$current" "base $(_bakeoff_sections variant)"
		return
		;;
	--format | -f)
		mapfile -t COMPREPLY < <(compgen -W "$_bakeoff_formats" -- "$current")
		return
		;;
	--fail-on)
		mapfile -t COMPREPLY < <(compgen -W "$_bakeoff_verdicts" -- "$current")
		return
		;;
	--bad)
		_bakeoff_list "$current" "fail oops hang build-failed apply-failed"
		return
		;;
	--find)
		mapfile -t COMPREPLY < <(compgen -W "bug fix" -- "$current")
		return
		;;
	--verdict)
		mapfile -t COMPREPLY < <(compgen -W "$_bakeoff_reducible" -- "$current")
		return
		;;
	--project | -p | --output | -o | --with)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--repo)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
		;;
	--base | --jobs | -j | --older | --size | --signature | --repeat | --without | --commit)
		return
		;;
	esac
	if [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_bakeoff_options "$command")" -- "$current")
		return
	fi
	case $command in
	import | decode)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		;;
	reduce)
		mapfile -t COMPREPLY < <(compgen -W "$(_bakeoff_sections variant)" -- "$current")
		;;
	quilt)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -W "base $(_bakeoff_sections variant)" -- "$current"
			compgen -d -- "$current")
		;;
	boards)
		mapfile -t COMPREPLY < <(compgen -W "show check $(_bakeoff_boards)" -- "$current")
		;;
	esac
}

complete -F _bakeoff bakeoff
