package cluster

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// The fields of a Job that the API server reads, with the types of k8s.io/api at batch/v1 and core/v1. Strict decoding into
// them fails for any other field and any other type, as the server's strict validation does.
type (
	apiJob struct {
		APIVersion string      `yaml:"apiVersion"`
		Kind       string      `yaml:"kind"`
		Metadata   apiMetadata `yaml:"metadata"`
		Spec       apiJobSpec  `yaml:"spec"`
	}
	apiMetadata struct {
		Name        string            `yaml:"name"`
		Namespace   string            `yaml:"namespace"`
		Labels      map[string]string `yaml:"labels"`
		Annotations map[string]string `yaml:"annotations"`
	}
	apiJobSpec struct {
		Parallelism             *int32       `yaml:"parallelism"`
		Completions             *int32       `yaml:"completions"`
		ActiveDeadlineSeconds   *int64       `yaml:"activeDeadlineSeconds"`
		PodFailurePolicy        *apiPolicy   `yaml:"podFailurePolicy"`
		BackoffLimit            *int32       `yaml:"backoffLimit"`
		BackoffLimitPerIndex    *int32       `yaml:"backoffLimitPerIndex"`
		MaxFailedIndexes        *int32       `yaml:"maxFailedIndexes"`
		TTLSecondsAfterFinished *int32       `yaml:"ttlSecondsAfterFinished"`
		CompletionMode          *string      `yaml:"completionMode"`
		Suspend                 *bool        `yaml:"suspend"`
		PodReplacementPolicy    *string      `yaml:"podReplacementPolicy"`
		Template                apiPodOfJobs `yaml:"template"`
	}
	apiPolicy struct {
		Rules []struct {
			Action      string `yaml:"action"`
			OnExitCodes *struct {
				ContainerName *string `yaml:"containerName"`
				Operator      string  `yaml:"operator"`
				Values        []int32 `yaml:"values"`
			} `yaml:"onExitCodes"`
			OnPodConditions []struct {
				Type   string `yaml:"type"`
				Status string `yaml:"status"`
			} `yaml:"onPodConditions"`
		} `yaml:"rules"`
	}
	apiPodOfJobs struct {
		Metadata apiMetadata `yaml:"metadata"`
		Spec     struct {
			RestartPolicy                 string `yaml:"restartPolicy"`
			TerminationGracePeriodSeconds *int64 `yaml:"terminationGracePeriodSeconds"`
			SecurityContext               *struct {
				RunAsUser    *int64 `yaml:"runAsUser"`
				RunAsGroup   *int64 `yaml:"runAsGroup"`
				RunAsNonRoot *bool  `yaml:"runAsNonRoot"`
				FSGroup      *int64 `yaml:"fsGroup"`
			} `yaml:"securityContext"`
			Containers []apiContainer `yaml:"containers"`
			Volumes    []struct {
				Name                  string `yaml:"name"`
				PersistentVolumeClaim *struct {
					ClaimName string `yaml:"claimName"`
					ReadOnly  bool   `yaml:"readOnly"`
				} `yaml:"persistentVolumeClaim"`
			} `yaml:"volumes"`
		} `yaml:"spec"`
	}
	apiContainer struct {
		Name       string   `yaml:"name"`
		Image      string   `yaml:"image"`
		Command    []string `yaml:"command"`
		Args       []string `yaml:"args"`
		WorkingDir string   `yaml:"workingDir"`
		Env        []struct {
			Name  string `yaml:"name"`
			Value string `yaml:"value"`
		} `yaml:"env"`
		Resources struct {
			Limits   map[string]string `yaml:"limits"`
			Requests map[string]string `yaml:"requests"`
		} `yaml:"resources"`
		VolumeMounts []struct {
			Name      string `yaml:"name"`
			MountPath string `yaml:"mountPath"`
			ReadOnly  bool   `yaml:"readOnly"`
		} `yaml:"volumeMounts"`
	}
)

func decode(t *testing.T, text string) apiJob {
	t.Helper()
	var job apiJob
	if err := yaml.NewDecoder(bytes.NewReader([]byte(text)), yaml.Strict()).Decode(&job); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return job
}

func exampleJob() Kubernetes {
	call := exampleCall()
	call.Flags = []string{"--out=true", "--models=1e3"}
	return Kubernetes{Call: call, Image: "registry.example/longseq:cuda", Namespace: "research", Claims: []string{"study:/work", "hub:/hub"}, Retries: 3, User: 1000}
}

// The rules are those that the API server checks beyond the types: kubernetes.io/docs/concepts/workloads/controllers/job.
func TestTheManifestIsAnIndexedJobOfTheAPI(t *testing.T) {
	k := exampleJob()
	k.GPUs, k.Memory, k.Queue, k.Concurrent = 2, "32Gi", "research-gpus", 3
	text, err := k.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	job := decode(t, text)
	spec, pod := job.Spec, job.Spec.Template.Spec
	if job.APIVersion != "batch/v1" || job.Kind != "Job" || job.Metadata.Name != "longseq-plan" || job.Metadata.Labels["kueue.x-k8s.io/queue-name"] != "research-gpus" || !*spec.Suspend {
		t.Errorf("it begins with %+v", job.Metadata)
	}
	if *spec.Completions != 8 || *spec.Parallelism != 3 || *spec.CompletionMode != "Indexed" || *spec.BackoffLimitPerIndex != 3 || *spec.MaxFailedIndexes > *spec.Completions {
		t.Errorf("spec %+v", spec)
	}
	if pod.RestartPolicy != "Never" { // which podFailurePolicy and backoffLimitPerIndex need
		t.Errorf("restartPolicy %s", pod.RestartPolicy)
	}
	if !*pod.SecurityContext.RunAsNonRoot || *pod.SecurityContext.RunAsUser == 0 {
		t.Error("it runs as root")
	}
	c := pod.Containers[0]
	if want := []string{"sweep", "my plan.yaml", "--out=true", "--models=1e3", "--shard", "auto/8", "--quiet"}; !slices.Equal(c.Args, want) || c.Command[0] != "longseq" {
		t.Errorf("it calls %q %q", c.Command, c.Args)
	}
	if c.Resources.Limits["nvidia.com/gpu"] != "2" || c.Resources.Limits["cpu"] != "2" || c.Resources.Limits["memory"] != "32Gi" || c.WorkingDir != "/work" {
		t.Errorf("resources %v in %s", c.Resources.Limits, c.WorkingDir)
	}
	for i, mount := range c.VolumeMounts {
		if mount.Name != pod.Volumes[i].Name || pod.Volumes[i].PersistentVolumeClaim.ClaimName+":"+mount.MountPath != k.Claims[i] {
			t.Errorf("volume %d is %+v at %s", i, pod.Volumes[i], mount.MountPath)
		}
	}
	actions := map[int32]string{}
	for _, rule := range spec.PodFailurePolicy.Rules {
		if (rule.OnExitCodes == nil) == (rule.OnPodConditions == nil) {
			t.Errorf("a rule has one of exit codes and conditions: %+v", rule)
		}
		if e := rule.OnExitCodes; e != nil {
			if *e.ContainerName != c.Name || e.Operator != "In" || !slices.IsSorted(e.Values) || slices.Contains(e.Values, 0) {
				t.Errorf("exit codes %+v", e)
			}
			for _, code := range e.Values {
				actions[code] = rule.Action
			}
		}
	}
	if actions[130] != "Ignore" || actions[2] != "FailIndex" || actions[1] != "" {
		t.Errorf("of exit codes %v", actions)
	}
}

func TestAManifestWithoutExtrasHasNone(t *testing.T) {
	k := exampleJob()
	k.Namespace = ""
	text, err := k.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	job := decode(t, text)
	limits := job.Spec.Template.Spec.Containers[0].Resources.Limits
	if job.Spec.Suspend != nil || len(job.Metadata.Labels) != 1 || len(limits) != 1 || *job.Spec.Parallelism != 8 || strings.Contains(text, "namespace") {
		t.Errorf("it has more than it needs:\n%s", text)
	}
	k.Claims = []string{"Study:/work"}
	if _, err := k.Manifest(); err == nil || !strings.Contains(err.Error(), "want NAME:/FOLDER") {
		t.Error(err)
	}
}
