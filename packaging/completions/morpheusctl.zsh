#compdef morpheusctl
# Completion of morpheusctl in zsh. The program itself knows its commands and flags, and asks a running daemon for names.

local line word
local -a candidates
while IFS= read -r line; do
  word="${line%%$'\t'*}"
  if [[ "$word" == __files ]]; then
    _files
  else
    candidates+=("${word//:/\\:}:${line#*$'\t'}")
  fi
done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
_describe -V morpheusctl candidates
