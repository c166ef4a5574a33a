# What the rules share: which changes a plan makes, seen through Terraform's plan representation.
package main

import rego.v1

# Objects that will be there, changed or not.
wanted contains change if {
	some change in input.resource_changes
	change.mode == "managed"
	change.change.after != null
}

# Objects that the plan ends, by a deletion or a replacement.
ended contains change if {
	some change in input.resource_changes
	"delete" in change.change.actions
}

# A permission is a text, or an object with a description.
permission_text(permission) := permission if is_string(permission)

permission_text(permission) := permission.permission if is_object(permission)
