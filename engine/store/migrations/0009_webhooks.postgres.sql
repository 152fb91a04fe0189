CREATE UNIQUE INDEX webhook_seq ON webhook (seq);
CREATE UNIQUE INDEX webhook_place_webhook ON webhook_place (webhook);
CREATE UNIQUE INDEX webhook_event_seq ON webhook_event (webhook, seq);
CREATE UNIQUE INDEX webhook_event_id ON webhook_event (webhook, id);
CREATE INDEX webhook_event_waiting ON webhook_event (webhook, seq) WHERE state = 'waiting';
