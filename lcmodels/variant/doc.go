// Package variant changes single fields of an architecture's configuration and finds the width at which the changed
// model is as large as the one it is compared with.
//
//	field   a value of config.json, by its path there: "ssm_cfg.d_state"
//	base    the configuration that is changed
//	match   what two models shall have in common: parameters, or bytes of state
//
// [Fields] lists what can be changed, [Set] changes it, and [Match] finds the width.
package variant
