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

// ExtendHelp says what an intervention on length is.
const ExtendHelp = "An intervention is dt-scale=S, a-scale=S or a-log-scale=S (Mamba-2), decay-scale=S (RWKV-6, Griffin), state-norm=C\n" +
	"(Mamba-2, RWKV-6), rope=pi|ntk|dynamic|yarn|llama3:FACTOR, window=N or sinks=K (attention), calibrated=FILE (see longseq\n" +
	"calibrate), or several joined by +. A list as S, 0.9:1.1:..., has a factor for each layer."

// ExtendFlag adds --extend to a verb.
func ExtendFlag(cmd *cobra.Command, spec *string) {
	cmd.Flags().StringVar(spec, "extend", "", "let the model read further than it was trained, by the intervention `SPEC`, such as dt-scale=0.5 or window=64+sinks=4")
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
