import type { shells } from './completion-words.ts';

type Shell = (typeof shells)[number];

/** What a shell is told once; the words come from `relay __complete`, which knows the program as it is. */
const bash = `# Completion of relay for bash. Load it:  source <(relay completion bash)
_relay() {
  local line word places=none current="\${COMP_WORDS[COMP_CWORD]}"
  [[ $current == '=' ]] && current=''
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files | :folders) places=\${line#:} ;;
      *) word=\${line%%$'\\t'*}; COMPREPLY+=("$word") ;;
    esac
  done < <(command relay __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ $places != none ]]; then
    type compopt &>/dev/null && compopt -o filenames 2>/dev/null
    local action=-f
    [[ $places == folders ]] && action=-d
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$action" -- "$current")
  fi
}
complete -F _relay relay
`;

const zsh = `#compdef relay
# Completion of relay for zsh. Load it:  source <(relay completion zsh)
_relay() {
  local line places=none
  local -a candidates
  while IFS= read -r line; do
    case $line in
      :files | :folders) places=\${line#:} ;;
      *) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done < <(command relay __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#candidates )) && _describe -V relay candidates -M 'm:{a-z}={A-Z}'
  if [[ $places != none ]]; then
    compset -P '--[^=]#='
    if [[ $places == folders ]]; then _files -/; else _files; fi
  fi
}
if [[ $funcstack[1] == _relay ]]; then
  _relay "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _relay relay
fi
`;

const fish = `# Completion of relay for fish. Load it:  relay completion fish | source
function __relay_complete
  set -l current (commandline -ct)
  set -l words (commandline -opc)
  # Of \`--keys=x\` the file is x.
  set -l head (string match -r -- '^--[^=]*=' "$current")
  set -l rest (string replace -r -- '^--[^=]*=' '' "$current")
  for line in (command relay __complete -- $words[2..-1] "$current" 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path "$rest" | string replace -r '^' -- "$head"
      case ':folders'
        __fish_complete_directories "$rest" | string replace -r '^' -- "$head"
      case '*'
        echo $line
    end
  end
end
complete -c relay -f -a '(__relay_complete)'
`;

/** The script that makes a shell complete relay. */
export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
