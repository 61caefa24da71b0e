// A program on the TypeScript SDK that does what a test tells it: one JSON object for each line of its input, one line
// beginning with "=> " for each answer. It is a worker (application ts-shop, queue ts-queue) and a client.
const path = require('node:path');
const readline = require('node:readline');
const { DBOS, DBOSClient } = require('@dbos-inc/dbos-sdk');
const { PortableWorkflowError } = require(
  path.join(__dirname, 'node_modules/@dbos-inc/dbos-sdk/dist/schemas/system_db_schema.js'));

const url = process.env.SYSTEM_URL;
const portable = { serializationType: 'portable' };
const logger = { info() {}, debug() {}, warn: log, error: log };

function log(...entries) {
  process.stderr.write(entries.map((entry) => (entry && entry.stack) || String(entry)).join(' ') + '\n');
}

async function add(a, b) {
  return await DBOS.runStep(async () => a + b, { name: 'sum' });
}

async function fail(message) {
  throw new PortableWorkflowError(message, 'OutOfTea', 418, { why: 'sold out' });
}

async function talk(topic) {
  await DBOS.setEvent('ready', true);
  const message = await DBOS.recv(topic, 30);
  await DBOS.writeStream('log', message);
  await DBOS.writeStream('log', 'end');
  await DBOS.closeStream('log');
  await DBOS.setEvent('received', message);
  return { received: message };
}

// What it enqueues belongs to the workflow that does.
async function order(queueName, workflowName, applicationName, input) {
  const handle = await client.enqueuePortable({ queueName, workflowName, applicationName }, [input]);
  return await handle.getResult();
}

let client;

const commands = {
  async launch() {
    for (const workflow of [add, fail, talk, order]) {
      DBOS.registerWorkflow(workflow, { name: workflow.name, serialization: 'portable' });
    }
    DBOS.setConfig({
      name: 'ts-shop', systemDatabaseUrl: url, applicationVersion: 'ts-1', executorID: 'ts-till', logger,
      runAdminServer: false });
    await DBOS.launch();
    await DBOS.registerQueue('ts-queue', { pollingIntervalSec: 0.1, minPollingIntervalMs: 100 });
  },
  async connect() {
    client = await DBOSClient.create({ systemDatabaseUrl: url, logger });
  },
  async enqueue(options, positional, named) {
    return (await client.enqueuePortable(options, positional, named)).workflowID;
  },
  async enqueueNative(options, ...positional) {
    return (await client.enqueue(options, ...positional)).workflowID;
  },
  async result(id) {
    return await client.retrieveWorkflow(id).getResult();
  },
  async status(id) {
    return await client.getWorkflow(id);
  },
  async list(filter) {
    return (await client.listWorkflows(filter)).map((row) => row.workflowID);
  },
  async steps(id) {
    return (await client.listWorkflowSteps(id)).map((step) => step.name);
  },
  async send(id, message, topic, key) {
    await client.send(id, message, topic, key, portable);
  },
  async event(id, key) {
    return await client.getEvent(id, key, 30);
  },
  async stream(id, key) {
    const values = [];
    for await (const value of client.readStream(id, key)) {
      values.push(value);
    }
    return values;
  },
  async cancel(id) {
    await client.cancelWorkflow(id);
  },
  async resume(id) {
    await client.resumeWorkflow(id);
  },
  async fork(id, step) {
    const fork = await client.forkWorkflow(id, step);
    return fork.workflowID ?? fork;
  },
};

function answer(body) {
  process.stdout.write('=> ' + JSON.stringify(body, (key, value) => (typeof value === 'bigint' ? String(value) : value)) + '\n');
}

function described(error) {
  return { name: error.name, message: error.message, code: error.code, data: error.data };
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { command, args } = JSON.parse(line);
    try {
      answer({ value: (await commands[command](...args)) ?? null });
    } catch (error) {
      log(error);
      answer({ error: described(error) });
    }
  }
  process.exit(0);
})();
