"""A budget with a filter and mails, as the project declares it: made, changed, gone."""

from aws.identities import ACCOUNT


def budget(amount: float, notify: str) -> dict:
    def mail(kind: str, threshold: int) -> dict:
        return {
            "Notification": {
                "NotificationType": kind,
                "ComparisonOperator": "GREATER_THAN",
                "Threshold": threshold,
                "ThresholdType": "PERCENTAGE",
            },
            "Subscribers": [{"SubscriptionType": "EMAIL", "Address": notify}],
        }

    return {
        "Budget": {
            "Type": "AWS::Budgets::Budget",
            "Properties": {
                "Budget": {
                    "BudgetType": "COST",
                    "TimeUnit": "MONTHLY",
                    "BudgetLimit": {"Amount": amount, "Unit": "USD"},
                    "CostFilters": {"TagKeyValue": ["user:project$unet"]},
                },
                "NotificationsWithSubscribers": [
                    *(mail("ACTUAL", threshold) for threshold in (50, 80, 100)),
                    mail("FORECASTED", 100),
                ],
                "ResourceTags": [{"Key": "project", "Value": "unet"}],
            },
        }
    }


def test_a_budget_is_made_changed_and_deleted(stack, emulator):
    budgets = emulator.client("budgets")

    def found() -> list[dict]:
        return budgets.describe_budgets(AccountId=ACCOUNT).get("Budgets", [])

    assert stack.deploy(budget(50, "a@example.com")) == "CREATE_COMPLETE", stack.failures()
    first = stack.resource("Budget")["PhysicalResourceId"]
    (made,) = found()
    assert made["BudgetName"] == first
    assert made["CostFilters"] == {"TagKeyValue": ["user:project$unet"]}
    notifications = budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName=first)
    assert [(item["NotificationType"], item["Threshold"]) for item in notifications["Notifications"]] == [
        ("ACTUAL", 50),
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    ]

    # Another amount is the same budget; another address is another budget, made before the former one goes.
    assert stack.deploy(budget(60, "a@example.com")) == "UPDATE_COMPLETE", stack.failures()
    assert stack.resource("Budget")["PhysicalResourceId"] == first
    assert stack.deploy(budget(60, "b@example.com")) == "UPDATE_COMPLETE", stack.failures()
    (replaced,) = found()
    assert replaced["BudgetName"] == stack.resource("Budget")["PhysicalResourceId"] != first
    assert float(replaced["BudgetLimit"]["Amount"]) == 60

    assert stack.delete() == "DELETE_COMPLETE", stack.failures()
    assert found() == []
