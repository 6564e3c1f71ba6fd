# SPDX-License-Identifier: GPL-2.0-only
# What the bench's scripts share: a project's base, patches, board and toolchain, read from the
# files that bakeoff reads (they have git's syntax), and builds of it by hand. Sourced after:
#
#   root      this source tree, the data that came with bakeoff
#   project   folder of bakeoff.conf
#   repo      git repository of the kernel; git worktrees are added to it
#   board, config   their names
#   out       folder for all that is made; src and obj in it
#   jobs      for make -j

die() {
	echo "${0##*/}: error: $1" >&2
	exit 1
}

conf() { git config -f "$project/bakeoff.conf" "$@"; }

# find_file NAME: the project's own file goes before the one that came with bakeoff
find_file() {
	local dir
	for dir in "$project" "$root" "$root/kbuild"; do
		[ -e "$dir/$1" ] && echo "$dir/$1" && return
	done
	die "no '$1' in '$project' and '$root'"
}

read_case() {
	base=$(conf bakeoff.base)
	patches=$project/$(conf bakeoff.patches)
	prelude=$(conf bakeoff.prelude || true)
	mapfile -t variants < <(conf --name-only --get-regexp '^variant\..*\.patch$' |
		sed -e 's/^variant\.//' -e 's/\.patch$//' | awk '!seen[$0]++')

	board_file=$(find_file "boards/$board.board")
	b() { git config -f "$board_file" "$@"; }
	target=$(b board.target) image=$(b board.image) defconfig=$(b board.defconfig)
	package=$(b boot.package) console=$(b boot.console)
	disk_size=$(b boot.disk || echo 0) boot_timeout=$(b boot.timeout || echo 60)
	mapfile -t settings < <(b --get-all board.set; conf --get-all "config.$config.set")

	toolchain_file=$(find_file "toolchains/$(b board.toolchain).toolchain")
	t() { git config -f "$toolchain_file" "$@"; }
	local cross value
	cross=$(t toolchain.cross)
	make=(make -C "$out/src" "O=$out/obj" "ARCH=$(b board.arch)" "CROSS_COMPILE=$cross")
	while read -r value; do
		value=${value//'%{cross}'/$cross}
		value=${value//'%{data}'/$root}
		make+=("${value//'%{src}'/$out/src}")
	done < <(t --get-all toolchain.make)

	# without these the image would hold the date, the user and the host
	export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=0 KBUILD_BUILD_VERSION=1 \
		KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970' \
		KBUILD_BUILD_USER=bakeoff KBUILD_BUILD_HOST=bakeoff
	PATH=$root/kbuild/tools/bin:$PATH
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES ARCH CROSS_COMPILE KCFLAGS CFLAGS LDFLAGS
}

# patches_of VARIANT: its patch files, one a line
patches_of() {
	conf --get-all "variant.$1.patch" | sed "s|^|$patches/|"
}

# Leaves the prelude in the work tree and in its index.
apply_prelude() {
	local patch
	if [ -n "$prelude" ]; then
		while read -r patch; do
			git -C "$out/src" apply --index "$project/$prelude/$patch"
		done < <(grep -v -e '^#' -e '^$' "$project/$prelude/series")
	fi
}

# The base in one work tree, the prelude in its index: `git checkout -- FILE` comes back to that.
add_worktree() {
	mkdir -p "$out/obj" "$out/logs"
	git -C "$repo" worktree add --quiet --detach "$out/src" "$base"
	apply_prelude
}

# The defconfig, our options over it, and what follows from them.
configure() {
	local setting
	"${make[@]}" "$defconfig"
	for setting in "${settings[@]}"; do
		echo "${setting%%=*}"
	done | sed 's/.*/^(# )?&[= ]/' >"$out/options"
	{
		grep -E -v -f "$out/options" "$out/obj/.config"
		for setting in "${settings[@]}"; do
			case $setting in
			*=n) echo "# ${setting%=n} is not set" ;;
			*) echo "$setting" ;;
			esac
		done
	} >"$out/config"
	cp "$out/config" "$out/obj/.config"
	"${make[@]}" oldconfig < <(yes '')
}

# apply VARIANT: FALSE where one of its patches does not fit. The mails' white space is left alone.
apply() {
	local patch
	while read -r patch; do
		git -C "$out/src" apply --whitespace=nowarn "$patch" || return 1
	done < <(patches_of "$1")
}

touched() { git -C "$out/src" diff --name-only; }

# Back to the base; only the files that differ are written.
revert() { touched | xargs -r git -C "$out/src" checkout --quiet --; }

# boot NAME: prints the verdict of out/images/NAME; initrd is the guest's
boot() {
	local log=$out/logs/$1.boot image=$out/images/$1 kernel=$out/kernel disk=$out/disk
	local name package=$package console=$console
	for name in image kernel initrd disk; do
		package=${package//"%{$name}"/${!name}}
		console=${console//"%{$name}"/${!name}}
	done
	rm -f "$disk"
	truncate -s "$disk_size" "$disk"
	sh -c "$package" >/dev/null
	expect "$root/bench/boot.expect" "$console" "$log" "$boot_timeout" >"$out/verdict"
	if [ "$(cat "$out/verdict")" = pass ] &&
		{ grep -q '^not ok' "$log" || ! grep -q '^ok' "$log"; }; then
		echo fail
	else
		cat "$out/verdict"
	fi
}
