--liquibase formatted sql

--changeset anna:stock
CREATE TABLE stock (
  sku    varchar(20) PRIMARY KEY,
  amount integer NOT NULL CHECK (amount >= 0)
);
