"""Shape of the Hugging Face estimator's example: a Trainer, datasets on disk, many arguments."""

import argparse
import os

from datasets import load_from_disk
from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--train_batch_size", type=int, default=32)
    parser.add_argument("--model_name", type=str, default="distilbert-base-uncased")
    parser.add_argument("--learning_rate", type=str, default=5e-5)
    parser.add_argument("--model_dir", type=str, default=os.environ["SM_MODEL_DIR"])
    parser.add_argument("--n_gpus", type=str, default=os.environ["SM_NUM_GPUS"])
    parser.add_argument("--training_dir", type=str, default=os.environ["SM_CHANNEL_TRAIN"])
    parser.add_argument("--test_dir", type=str, default=os.environ["SM_CHANNEL_TEST"])
    args, _ = parser.parse_known_args()
    model = AutoModelForSequenceClassification.from_pretrained(args.model_name)
    settings = TrainingArguments(
        output_dir=args.model_dir,
        num_train_epochs=args.epochs,
        per_device_train_batch_size=args.train_batch_size,
        learning_rate=float(args.learning_rate),
    )
    trainer = Trainer(
        model=model,
        args=settings,
        train_dataset=load_from_disk(args.training_dir),
        eval_dataset=load_from_disk(args.test_dir),
        processing_class=AutoTokenizer.from_pretrained(args.model_name),
    )
    trainer.train()
    trainer.save_model(args.model_dir)
