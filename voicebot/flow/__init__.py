"""Flow graphs: model, loader, validation and the engine that walks them. Pure."""
