"""Fits a small network to rows of numbers, the target first; PyTorch's container serves its TorchScript."""

import argparse
import os
from pathlib import Path

import numpy as np
import torch


def rows(channel: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Numbers and targets of a channel's CSV files."""
    folder = Path(os.environ[f"SM_CHANNEL_{channel}"])
    table = np.concatenate([np.loadtxt(file, delimiter=",") for file in sorted(folder.glob("*.csv"))])
    return torch.FloatTensor(table[:, 1:]), torch.FloatTensor(table[:, :1])


def main() -> None:
    """Train, tell the error on what was held back, save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=300)
    arguments = parser.parse_args()

    torch.manual_seed(1)
    inputs, targets = rows("TRAIN")
    held_inputs, held_targets = rows("VALIDATION")
    network = torch.nn.Sequential(
        torch.nn.BatchNorm1d(inputs.shape[1]),
        torch.nn.Linear(inputs.shape[1], 16),
        torch.nn.ReLU(),
        torch.nn.Linear(16, 1),
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
    for epoch in range(1, arguments.epochs + 1):
        network.train()
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(network(inputs), targets).backward()
        optimizer.step()
        if epoch % 50 == 0:
            network.eval()
            with torch.no_grad():
                loss = torch.nn.functional.mse_loss(network(held_inputs), held_targets)
            print(f"validation:rmse={loss.sqrt():.4f};")
    network.eval()
    torch.jit.script(network).save(str(Path(os.environ["SM_MODEL_DIR"]) / "model.pt"))


if __name__ == "__main__":
    main()
