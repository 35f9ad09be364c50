"""Shape of the XGBoost framework's example: the container's reader, a list to watch, an objective."""

import argparse
import os

import numba
import xgboost as xgb
from sagemaker_xgboost_container.data_utils import get_dmatrix

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--max_depth", type=int, default=5)
    parser.add_argument("--eta", type=float, default=0.2)
    parser.add_argument("--objective", type=str, default="reg:squarederror")
    parser.add_argument("--num_round", type=int, default=50)
    parser.add_argument("--model_dir", type=str, default=os.environ.get("SM_MODEL_DIR"))
    parser.add_argument("--train", type=str, default=os.environ["SM_CHANNEL_TRAIN"])
    parser.add_argument("--validation", type=str, default=os.environ["SM_CHANNEL_VALIDATION"])
    args, _ = parser.parse_known_args()
    dtrain, dval = get_dmatrix(args.train, "libsvm"), get_dmatrix(args.validation, "libsvm")
    watchlist = [(dtrain, "train"), (dval, "validation")]
    params = {"max_depth": args.max_depth, "eta": args.eta, "objective": args.objective}
    bst = xgb.train(params=params, dtrain=dtrain, evals=watchlist, num_boost_round=args.num_round)
    print("threads", numba.get_num_threads())
    bst.save_model(os.path.join(args.model_dir, "xgboost-model"))
