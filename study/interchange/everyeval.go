package interchange

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"longseq/internal/identity"
	"longseq/internal/output"
	"longseq/internal/release"
	"longseq/study"
)

// everyEvalVersion is the schema's version.
const everyEvalVersion = "0.3.0"

// object is one of JSON.
type object = map[string]any

// EveryEval writes files of every_eval_ever's schema 0.3.0: for each model dir/longseq/DEVELOPER/MODEL/ID.json, with a result and its
// interval for each task and length, and ID_samples.jsonl with a line for each record. The identity and the times follow from the records, so
// that the same store gives the same files. It returns the paths.
func EveryEval(dir string, store *study.Store, plan study.Resolved) ([]string, error) {
	digest := store.Digest()
	list := groups(store.Records)
	var written []string
	for _, model := range models(list) {
		developer, short, ok := strings.Cut(model, "/")
		if !ok {
			developer, short = "unknown", model
		}
		folder := filepath.Join(dir, "longseq", safe(developer), safe(short))
		if _, err := output.Folder(folder); err != nil {
			return nil, fmt.Errorf("export for every_eval_ever: %w", err)
		}
		id := uuidOf(model, digest)
		evaluation := "longseq/" + model + "/" + id
		var results []object
		var lines strings.Builder
		rows, last := 0, time.Time{}
		for _, g := range list {
			if g.model != model {
				continue
			}
			title := fmt.Sprintf("%s at %d tokens", g.task, g.length)
			results = append(results, g.result(title))
			for _, r := range g.records {
				line, err := json.Marshal(instance(r, evaluation, title))
				if err != nil {
					return nil, fmt.Errorf("export for every_eval_ever: %w", err)
				}
				lines.Write(append(line, '\n'))
				rows++
				if r.Time.After(last) {
					last = r.Time
				}
			}
		}
		sum := sha256.Sum256([]byte(lines.String()))
		about := object{"deployment_type": "self_deployed", "model_availability": "unknown"}
		for _, m := range plan.Models {
			if m.Name == model {
				about["digest"], about["architecture"] = m.Version, m.Architecture
			}
		}
		text, err := json.MarshalIndent(object{
			"schema_version": everyEvalVersion, "evaluation_id": evaluation, "retrieved_timestamp": strconv.FormatInt(max(0, last.Unix()), 10),
			"source_metadata":    object{"source_name": "longseq", "source_type": "evaluation_run", "source_organization_name": "unknown", "evaluator_relationship": "other"},
			"eval_library":       object{"name": "longseq", "version": release.Version()},
			"model_info":         object{"name": short, "id": model, "developer": developer, "additional_details": about},
			"evaluation_results": results,
			"detailed_evaluation_results": object{"format": "jsonl", "file_path": id + "_samples.jsonl", "hash_algorithm": "sha256",
				"checksum": hex.EncodeToString(sum[:]), "total_rows": rows},
		}, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("export for every_eval_ever: %w", err)
		}
		for _, f := range []struct{ name, content string }{{id + ".json", string(text) + "\n"}, {id + "_samples.jsonl", lines.String()}} {
			path := filepath.Join(folder, f.name)
			if err := output.Write(path, []byte(f.content), 0o666); err != nil {
				return nil, fmt.Errorf("export for every_eval_ever: %w", err)
			}
			written = append(written, path)
		}
	}
	return written, nil
}

// result is a group as a result of an evaluation.
func (g group) result(title string) object {
	const confidence = 0.95
	mean, stderr, ok := g.mean(confidence)
	uncertainty := object{"num_samples": len(g.records),
		"confidence_interval": object{"lower": mean.Low, "upper": mean.High, "confidence_level": confidence, "method": mean.Method}}
	if ok {
		uncertainty["standard_error"] = object{"value": stderr, "method": "analytic"}
		uncertainty["standard_deviation"] = stderr * math.Sqrt(float64(len(g.records)))
	}
	return object{
		"evaluation_name": title, "source_data": object{"dataset_name": g.task, "source_type": "other"},
		"metric_config": object{"lower_is_better": false, "score_type": "continuous", "min_score": 0.0, "max_score": 1.0,
			"additional_details": object{"length": strconv.Itoa(g.length), "task": g.task}},
		"score_details": object{"score": mean.Center, "uncertainty": uncertainty},
	}
}

// instance is a record as a line of a samples file.
func instance(r *study.Record, evaluation, title string) object {
	answer := strings.Join(r.Answer, "\n")
	line := object{
		"schema_version": everyEvalVersion, "evaluation_id": evaluation, "model_id": r.Model, "evaluation_name": title,
		"sample_id": r.Cell + "/" + strconv.Itoa(r.Sample), "sample_hash": identity.Of(r.Prompt, answer), "interaction_type": "single_turn",
		"input": object{"raw": "digest " + r.Prompt, "reference": reference(r.Answer)}, "output": object{"raw": []string{r.Prediction}},
		"answer_attribution": []object{{"turn_idx": 0, "source": "output.raw", "extracted_value": r.Prediction, "extraction_method": "whole", "is_terminal": true}},
		"evaluation":         object{"score": r.Score, "is_correct": r.Score == 1},
		"metadata":           object{"task": r.Task, "length": strconv.Itoa(r.Length), "failure": r.Failure},
	}
	if r.PromptTokens > 0 { // token_usage wants the answer's tokens too, which records do not have
		line["metadata"].(object)["input_tokens"] = strconv.Itoa(r.PromptTokens)
	}
	return line
}

// reference is never nil.
func reference(answers []string) []string { return append([]string{}, answers...) }

// uuidOf is a UUID of version 8 that follows from what it names.
func uuidOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
