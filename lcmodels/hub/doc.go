// Package hub finds models in the Hugging Face cache and fetches them into it, by the conventions that
// Python's huggingface_hub keeps: the same settings, the same folders, the same calls, so that both share
// every file. A model's folder in the cache is
//
//	models--ORG--NAME/refs/main                    the commit that main was last seen at
//	models--ORG--NAME/snapshots/COMMIT/config.json a link into
//	models--ORG--NAME/blobs/ETAG                   the content; ETAG.incomplete while it is fetched
//
// A blob appears under its name only when its length and, where the etag is one, its digest are right.
package hub
