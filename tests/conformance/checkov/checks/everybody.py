"""A whitelist that admits everybody."""

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class Everybody(BaseResourceCheck):
    def __init__(self):
        super().__init__(name="A whitelist names who may connect", id="CKV_LANDBRIDGE_3",
                         categories=[CheckCategories.NETWORKING], supported_resources=["vpcep_whitelist"])

    def scan_resource_conf(self, conf):
        self.evaluated_keys = ["permissions"]
        return CheckResult.FAILED if "*" in texts(conf.get("permissions")) else CheckResult.PASSED


def texts(value):
    """Every text in a value: the reader wraps attributes, at any depth, in lists of one."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return [value] if isinstance(value, str) else []


check = Everybody()
