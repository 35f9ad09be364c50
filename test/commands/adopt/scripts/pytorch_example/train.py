"""Shape of PyTorch's own MNIST example: switches, data beside the script, the model in the current folder."""

import argparse

import torch
from torchvision import datasets, transforms


def main():
    parser = argparse.ArgumentParser(description="PyTorch MNIST")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=1.0)
    parser.add_argument("--gamma", type=float, default=0.7)
    parser.add_argument("--no-accel", action="store_true")
    parser.add_argument("--save-model", action="store_true")
    args = parser.parse_args()
    data = datasets.MNIST("../data", train=True, download=True, transform=transforms.ToTensor())
    loader = torch.utils.data.DataLoader(data, batch_size=args.batch_size)
    model = torch.nn.Linear(784, 10)
    for batch_idx, (x, _) in enumerate(loader):
        loss = model(x.flatten(1)).square().mean()
        print(f"Train Epoch: 1 [{batch_idx}/{len(loader)}]\tLoss: {loss.item():.6f}")
    if args.save_model:
        torch.save(model.state_dict(), "mnist_cnn.pt")


if __name__ == "__main__":
    main()
