"""What botocore's service model says of CreateTrainingJob, to test the request that our function sends.

botocore_oracle.py --shape    prints the operation's input shape as one JSON document
botocore_oracle.py            reads requests as JSON lines, prints for each a JSON line {"problems": "..."}
"""

import json
import sys

import botocore.session
from botocore.validate import ParamValidator


def describe(shape):
    """The shape as plain data: kind, limits, members, required members."""
    described = {
        "kind": shape.type_name,
        "limits": {k: shape.metadata[k] for k in ("min", "max") if k in shape.metadata},
    }
    if shape.type_name == "structure":
        described["required"] = shape.required_members
        described["members"] = {name: describe(member) for name, member in shape.members.items()}
    elif shape.type_name == "list":
        described["member"] = describe(shape.member)
    elif shape.type_name == "map":
        described["member"] = describe(shape.value)
        described["key"] = describe(shape.key)
    return described


def main():
    """Answers what the command line asks for."""
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model("CreateTrainingJob").input_shape
    if sys.argv[1:] == ["--shape"]:
        print(json.dumps(describe(shape)))
        return
    validator = ParamValidator()
    for line in sys.stdin:
        print(
            json.dumps({"problems": validator.validate(json.loads(line), shape).generate_report()}),
            flush=True,
        )


if __name__ == "__main__":
    main()
