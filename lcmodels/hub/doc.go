// Package hub finds models in the Hugging Face cache and downloads models into it. It uses the same environment
// variables, folders, locks and HTTP requests as Python's huggingface_hub, so that both programs share the files.
//
// Terms:
//
//	hub       the server; by default huggingface.co
//	name      of a model on the hub: ORG/NAME
//	revision  a branch, a tag or a commit of the model's repository
//	etag      identifies the content of a file; for most files it is a digest
//	blob      a file in the cache, named by its etag
//	snapshot  the files of one commit, as links to blobs
//
// The cache holds for each model
//
//	models--ORG--NAME/refs/main                     the commit of main when it was last downloaded
//	models--ORG--NAME/snapshots/COMMIT/config.json  a link to a blob
//	models--ORG--NAME/blobs/ETAG                    the content; ETAG.incomplete during the download
//
// A blob gets its name after its length and, if its etag is a digest, its digest have been verified.
package hub
