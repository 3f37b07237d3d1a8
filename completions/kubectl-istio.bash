# bash completion for kubectl-istio, and for its tools called directly.  What
# there is to choose from, kubectl_complete-istio says, as it does to kubectl.
# shellcheck shell=bash

_kubectl_istio()
{
	local -a args=() out=()
	local word glue=

	[[ ${1##*/} == kubectl-istio-* ]] && args=("${1##*-}")
	# bash makes three words of --flag=value: one again
	for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
		if [[ ${#args[@]} -gt 0 && ( $word == = || -n $glue ) ]]; then
			args[-1]+=$word
		else
			args+=("$word")
		fi
		glue=
		[[ $word == = ]] && glue=1
	done
	mapfile -t out < <(kubectl_complete-istio "${args[@]}" 2>/dev/null)
	[[ ${#out[@]} -gt 0 ]] || return
	[[ ${out[-1]} == :0 ]] && compopt -o default
	unset 'out[-1]'
	COMPREPLY=("${out[@]%%$'\t'*}")
}

complete -F _kubectl_istio kubectl-istio kubectl-istio-rootcheck \
    kubectl-istio-proxyver kubectl-istio-certverify kubectl-istio-rotate
