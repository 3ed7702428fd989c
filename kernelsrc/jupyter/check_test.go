package jupyter

import (
	"testing"

	"longseq/kernelsrc/jupyter/nbformat"
)

func TestOutputsAreComparedInTextAndInHTMLButForTheirNumbers(t *testing.T) {
	output := func(plain, html string) []nbformat.Output {
		return []nbformat.Output{{"output_type": "display_data", "data": map[string]any{"text/plain": plain, "text/html": html, "image/png": html}}}
	}
	committed := output("llama 97.5", `<td class="n">97.5</td>`)
	for _, c := range []struct {
		name  string
		fresh []nbformat.Output
		same  bool
	}{
		{"other numbers", output("llama 3", `<td class="n">12.25</td>`), true},
		{"other text", output("mamba2 97.5", `<td class="n">97.5</td>`), false},
		{"other HTML", output("llama 97.5", `<th class="n">97.5</th>`), false},
		{"one output more", append(output("llama 97.5", `<td class="n">97.5</td>`), output("x", "y")...), false},
	} {
		if problem := compareOutputs(committed, c.fresh); (problem == "") != c.same {
			t.Errorf("%s: %q", c.name, problem)
		}
	}
}
