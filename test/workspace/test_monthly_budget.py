"""The regions without budgets are those of cfn-lint's schemas."""

import re
from pathlib import Path

from cfnlint.helpers import REGIONS
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

SOURCE = Path(__file__).parents[2] / "lib/workspace/monthly-budget.ts"


def makes(region: str, resource_type: str) -> bool:
    try:
        PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type)
    except ResourceNotFoundError:
        return False
    return True


def test_budgets_are_left_out_where_cloudformation_makes_none():
    declared = re.search(r"REGIONS_WITHOUT_BUDGETS[^\[]*\[\] = \[(.*?)\]", SOURCE.read_text(), re.DOTALL)
    assert declared
    listed = re.findall(r"'([a-z0-9-]+)'", declared[1])
    assert listed == sorted(region for region in REGIONS if not makes(region, "AWS::Budgets::Budget"))
