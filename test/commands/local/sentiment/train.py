"""Tunes a tiny transformer of its own on labelled sentences, as scripts of Hugging Face's estimator do."""

import argparse
import csv
import os
from pathlib import Path

from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
)

_SPECIAL = ("[PAD]", "[UNK]")


def main() -> None:
    """Train, tell the loss, save what the container's pipeline loads."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--output_data_dir", default=os.environ["SM_OUTPUT_DATA_DIR"])
    parser.add_argument("--model_dir", default=os.environ["SM_MODEL_DIR"])
    arguments = parser.parse_args()

    with (Path(os.environ["SM_CHANNEL_TRAIN"]) / "sentences.csv").open() as file:
        rows = list(csv.DictReader(file))
    words = sorted({word for row in rows for word in row["text"].split()})
    vocabulary = {word: place for place, word in enumerate((*_SPECIAL, *words))}
    splitter = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    splitter.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=splitter, pad_token="[PAD]", unk_token="[UNK]", model_max_length=8
    )
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=8,
        id2label={0: "bad", 1: "good"},
        label2id={"bad": 0, "good": 1},
    )
    sentences = Dataset.from_dict(
        {
            **tokenizer([row["text"] for row in rows], padding="max_length"),
            "labels": [config.label2id[row["label"]] for row in rows],
        }
    )
    trainer = Trainer(
        model=BertForSequenceClassification(config),
        args=TrainingArguments(
            output_dir=arguments.output_data_dir,
            num_train_epochs=arguments.epochs,
            learning_rate=0.02,
            save_strategy="no",
            report_to="none",
            seed=1,
        ),
        train_dataset=sentences,
        processing_class=tokenizer,
    )
    print(f"train:loss={trainer.train().training_loss:.4f};")
    trainer.save_model(arguments.model_dir)


if __name__ == "__main__":
    main()
