package session

import (
	"longseq/lcmodels"

	"github.com/spf13/cobra"
)

// ModelHelp says what MODEL may be.
const ModelHelp = "MODEL is a folder in the form of the Hugging Face hub, an RWKV .pth file, or the name of a model in the hub's cache (see longseq models)."

// QuirkFlag adds --quirk to a verb.
func QuirkFlag(cmd *cobra.Command, quirk *string) {
	cmd.Flags().StringVar(quirk, "quirk", "", "compute as a reference implementation that departs from the architecture: transformers-2024, deepmind-window or mamba-ssm-decode")
}

// DotsFlag adds --dots to a verb.
func DotsFlag(cmd *cobra.Command, dots *string) {
	cmd.Flags().StringVar(dots, "dots", "f32", "type in which products with weights are computed: f32, or bf16, which is less exact and faster if the processor supports it")
}

// Architectures returns the names of the architectures that this program was built with.
func Architectures() []string {
	var names []string
	for _, r := range lcmodels.Registered() {
		names = append(names, r.Name)
	}
	return names
}
