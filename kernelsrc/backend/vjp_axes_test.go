package backend

import "testing"

func TestTheGradientsOfProductsWereReplaced(t *testing.T) {
	if errSlowGradients != nil {
		t.Errorf("GoMLX's slow gradient of products is in use: %v", errSlowGradients)
	}
}
