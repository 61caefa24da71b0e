-- Sends a message to a workflow from SQL. Sending the same message id twice delivers it once.
CREATE FUNCTION ${schema}.send_message(
    destination_id text,
    message json,
    topic text DEFAULT NULL,
    message_id text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS ${quote}
BEGIN
    INSERT INTO ${schema}.notifications (
        message_uuid, destination_uuid, topic, message, serialization)
    VALUES (
        coalesce(message_id, gen_random_uuid()::text), destination_id,
        coalesce(topic, '__null__topic__'), message::text, 'portable_json')
    ON CONFLICT DO NOTHING;
EXCEPTION
    WHEN foreign_key_violation THEN
        RAISE EXCEPTION 'DBOS non-existent workflow'
            USING ERRCODE = 'foreign_key_violation',
                DETAIL = format('There is no workflow %s', destination_id);
END;
${quote};

-- Tells whoever listens that a message has arrived.
CREATE FUNCTION ${schema}.notifications_function() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS ${quote}
BEGIN
    PERFORM pg_notify('dbos_notifications_channel', NEW.destination_uuid || '::' || NEW.topic);
    RETURN NEW;
END;
${quote};

CREATE TRIGGER dbos_notifications_trigger AFTER INSERT ON ${schema}.notifications
    FOR EACH ROW EXECUTE FUNCTION ${schema}.notifications_function();
