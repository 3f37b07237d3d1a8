# bash completion for kubectl-istio.
# What there is to choose from, the command itself says.
# shellcheck shell=bash

_kubectl_istio()
{
	local -a args=() out=()
	local rest=$COMP_LINE word glued skip i

	# bash cuts words at = and : where no blank is: whole ones again
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		skip=${rest%%[^[:space:]]*}
		rest=${rest#"$skip"}
		rest=${rest#"$word"}
		if [[ $i -gt 0 && -z $skip ]]; then
			args[-1]+=$word
		else
			args+=("$word")
		fi
	done
	# what is quoted is meant without the quotes
	args=("${args[@]//[\\\"\']/}")
	mapfile -t out < <("${1/#\~/$HOME}" __complete "${args[@]:1}" \
	    2>/dev/null </dev/null)
	[[ ${#out[@]} -gt 0 && ${out[-1]} == :[0-9]* ]] || return 0
	case ${out[-1]} in
	:0) compopt -o default ;;
	:16) compopt -o dirnames ;;
	:6) compopt -o nospace ;;
	esac
	unset 'out[-1]'
	COMPREPLY=("${out[@]%%$'\t'*}")
	# only what is behind the last : is replaced, and = left to the tool
	word=${args[-1]}
	[[ $word == -*=* ]] && word=${word#*=}
	if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
		glued=${word%"${word##*:}"}
		COMPREPLY=("${COMPREPLY[@]#"$glued"}")
	fi
}

complete -F _kubectl_istio kubectl-istio kubectl-istio-rootcheck kubectl-istio-proxyver kubectl-istio-certverify kubectl-istio-rotate
