#!/bin/sh
# container.sh FOLDER APP NODE VARIABLES COMMAND [ARGUMENT ...]: runs a program as a container of examples/watch/Containerfile would: on a root that is
# read-only, as a user without rights, with nothing of this machine but its programs. Only FOLDER/vault, FOLDER/key and FOLDER/tmp can be written.
# To be started by: unshare --mount
set -eu
folder=$1 app=$2 node=$3 variables=$4
shift 4
root=$folder/root

mount --make-rprivate /
mount -t tmpfs tmpfs "$root"
mkdir -p "$root/app/dist" "$root/app/node_modules" "$root/app/bin" "$root/node" "$root/usr" "$root/proc" "$root/dev" "$root/vault" "$root/key" "$root/tmp"
for name in bin sbin lib lib64; do
  if [ -L "/$name" ]; then cp -P "/$name" "$root/$name"; elif [ -d "/$name" ]; then mkdir "$root/$name" && mount --rbind "/$name" "$root/$name"; fi
done
cp "$app/package.json" "$root/app/package.json"
ln -s ../dist/bin/lean-vault.cjs "$root/app/bin/lean-vault"
mount --rbind /usr "$root/usr"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind "$node" "$root/node"
mount --bind "$app/dist" "$root/app/dist"
mount --bind "$app/node_modules/." "$root/app/node_modules"
for name in usr node app/dist app/node_modules; do mount -o remount,bind,ro "$root/$name"; done
for name in vault key tmp; do mount --bind "$folder/$name" "$root/$name"; done
mount -o remount,ro "$root"

# shellcheck disable=SC2086 # the variables are words: names and values without a blank
exec chroot "$root" setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
  env -i PATH=/app/bin:/node/bin:/usr/bin:/bin $variables "$@"
