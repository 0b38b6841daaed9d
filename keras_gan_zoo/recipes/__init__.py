"""Recipes: one YAML file per preset, and the training it describes."""

from keras_gan_zoo.recipes.recipe import Recipe, list_recipes, load_recipe, reading_options
from keras_gan_zoo.recipes.train import train_recipe

__all__ = ["Recipe", "list_recipes", "load_recipe", "reading_options", "train_recipe"]
