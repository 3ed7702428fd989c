package jupyter

import (
	"testing"

	"longseq/kernelsrc/jupyter/nbformat"
)

func TestOutputsAreComparedInTextAndInHTMLButForTheirNumbers(t *testing.T) {
	output := func(plain, html string) []nbformat.Output {
		return []nbformat.Output{{"output_type": "display_data", "data": map[string]any{"text/plain": plain, "text/html": html, "image/png": html}}}
	}
	committed := output("llama 97.5 in 59 s", `<td class="n">97.5</td>`)
	for _, c := range []struct {
		name  string
		fresh []nbformat.Output
		same  bool
	}{
		{"other numbers", output("llama 3 in 59 s", `<td class="n">12.25</td>`), true},
		{"another time", output("llama 97.5 in 1h2 m 3 s", `<td class="n">97.5</td>`), true},
		{"a time of less than a second", output("llama 97.5 in 0.3 s", `<td class="n">97.5</td>`), true},
		{"other text", output("mamba2 97.5 in 59 s", `<td class="n">97.5</td>`), false},
		{"no time", output("llama 97.5 in 59 steps", `<td class="n">97.5</td>`), false},
		{"other HTML", output("llama 97.5 in 59 s", `<th class="n">97.5</th>`), false},
		{"one output more", append(output("llama 97.5 in 59 s", `<td class="n">97.5</td>`), output("x", "y")...), false},
	} {
		if problem := compareOutputs(committed, c.fresh); (problem == "") != c.same {
			t.Errorf("%s: %q", c.name, problem)
		}
	}
}
