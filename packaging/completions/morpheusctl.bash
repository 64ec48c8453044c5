# shellcheck shell=bash
# Completion of morpheusctl in bash. The program itself knows its commands and flags, and asks a running daemon for names.

_morpheusctl() {
  local word
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    if [[ "$word" == __files ]]; then
      compopt -o default
    else
      COMPREPLY+=("$word")
    fi
  done < <("$1" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _morpheusctl morpheusctl
