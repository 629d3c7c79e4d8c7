#!/bin/sh
# OCI runtime for machines where root lacks CAP_SYS_RESOURCE: engines before 23 ask for it in --privileged, --cap-add ALL
# and exec --privileged, and runc then refuses. Takes it, and negative OOM scores, out of the bundle's config.json
# (create) or the file given to exec --process; then runs the real runc, found in PATH.
previous=
for word; do
  case $previous in
    -b | --bundle) file=$word/config.json ;;
    -p | --process) file=$word ;;
    *) file= ;;
  esac
  if [ -n "$file" ] && [ -f "$file" ]; then
    sed -i \
      -e 's/,"CAP_SYS_RESOURCE"//g' -e 's/"CAP_SYS_RESOURCE",//g' \
      -e 's/,"oomScoreAdj":-[0-9]*//g' -e 's/"oomScoreAdj":-[0-9]*,//g' "$file"
  fi
  previous=$word
done
exec runc "$@"
