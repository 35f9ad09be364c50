import json
import socket

from emulated import Emulator


def test_the_emulator_answers_on_loopback_lists_what_is_left_and_ends_with_its_parent(tmp_path):
    emulator = Emulator(tmp_path / "state")
    s3 = emulator.client("s3")
    assert emulator.left() == []
    s3.create_bucket(Bucket="some-bucket")
    assert "some-bucket" in json.dumps(emulator.left())
    s3.delete_bucket(Bucket="some-bucket")
    assert emulator.left() == []

    emulator.process.stdin.close()
    assert emulator.process.wait(timeout=30) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", emulator.port)) != 0
    assert not (tmp_path / "state").exists()


def test_no_call_goes_through_a_proxy_of_the_environment(tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "npm_config_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        emulator = Emulator(tmp_path / "state")
        monkeypatch.undo()
        cloudformation = emulator.client("cloudformation")
        resource = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "v"}}
        cloudformation.create_stack(
            StackName="s", TemplateBody=json.dumps({"Resources": {"Parameter": resource}})
        )
        status = emulator.wait(
            lambda: next(
                (
                    stack["StackStatus"]
                    for stack in cloudformation.describe_stacks()["Stacks"]
                    if not stack["StackStatus"].endswith("IN_PROGRESS")
                ),
                None,
            )
        )
        emulator.stop()
        try:
            connection, _ = proxy.accept()
        except BlockingIOError:
            connection = None
    assert (status, connection) == ("CREATE_COMPLETE", None)
