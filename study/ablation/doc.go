// Package ablation trains and asks variants of architectures, of their training and of its task, on equal terms.
//
//	plan.yaml -> Read -> Plan -> Resolve -> variants x seeds -> Train -> models -> Ask -> store -> figures
//
// The words:
//
//	key      what may be varied, by the file that has it: config.PATH (config.json), train.PATH (training.json), task.PATH
//	task     what models are trained on and asked: recall, or a synthetic one of package synthetic with its settings
//	axis     a key with the values that are tried; the grid is the product of all axes
//	base     a tiny model, or a folder with a config.json, that variants change
//	variant  a base with settings: values of keys
//	match    variants are as large as the first base, in parameters or in bytes of state, by another width
//	run      a variant with a training seed: one model
//
// Every mistake in a plan is found before anything is trained, all impossible variants at once. A run that diverges is a
// result with a reason. Runs are resumed after any interruption, to the same bits, and shared by shards.
package ablation
