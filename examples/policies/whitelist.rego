# Nobody admits the whole world to a service.
package main

import rego.v1

deny_wildcard contains {"msg": msg, "address": change.address} if {
	some change in wanted
	change.type == "vpcep_whitelist"
	some permission in change.change.after.permissions
	text := permission_text(permission)
	everybody(text)
	msg := sprintf("the whitelist admits everybody (`%s`): list the accounts that may connect", [text])
}

everybody(text) if text == "*"

everybody(text) if endswith(text, ":*")
