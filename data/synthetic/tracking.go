package synthetic

// trackingMaker tracks a state: a sequence of elements of a group, with the product of all elements so far as the state. It
// begins at element 0, the identity. Elements and states are the same words. Elements are drawn with equal probability, so
// that the state does not depend on any of the elements but one: neither the last one nor the number of elements says
// anything. The loss is on the state after each element, as in jopetty/word-problem.
type trackingMaker struct {
	elements []string
	// product of two elements, the first one first.
	product func(a, b int) int
}

func (m trackingMaker) words() []string { return m.elements }

func (m trackingMaker) shortest() int { return 2 }

func (m trackingMaker) fill(d drawer, tokens, targets []int32) {
	state := 0
	for i := range tokens {
		x := d.IntN(len(m.elements))
		state = m.product(state, x)
		tokens[i], targets[i] = int32(x), int32(state)
	}
}

func (m trackingMaker) ask(d drawer, length int) question {
	prompt, states := make([]int32, length-1), make([]int32, length-1)
	m.fill(d, prompt, states)
	return question{prompt, states[length-2:], -1}
}
