# bash completion for the tools called by their own names.
eval "$(kubectl-istio-rootcheck --completion bash 2>/dev/null)"
