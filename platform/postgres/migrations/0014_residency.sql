-- Rows that came before anybody had said the residency of their content; the keeper fills it in.
CREATE INDEX media_assets_unsaid ON media_assets (episode_id) WHERE residency IS NULL;
CREATE INDEX asset_conflicts_unsaid ON asset_conflicts (episode_id) WHERE residency IS NULL;
CREATE INDEX content_metrics_unsaid ON content_metrics (content_id) WHERE residency IS NULL;
