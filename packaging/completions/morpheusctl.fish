# Completion of morpheusctl in fish. The program itself knows its commands and flags, and asks a running daemon for names.

function __morpheusctl_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete $words[2..] 2>/dev/null)
        if string match -q -- __files $line
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c morpheusctl -f -a '(__morpheusctl_complete)'
