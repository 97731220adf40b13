"""Does things with Python's openai: a line of JSON in ({command, url, key, argument}), a line of JSON out."""

import json
import sys

import openai


def ask(text):
    return [{"role": "user", "content": text}]


def chat(client, _):
    return client.chat.completions.create(model="tiny", messages=ask("hi")).choices[0].message.content


def stream(client, _):
    chunks = client.chat.completions.create(model="tiny", messages=ask("hi"), stream=True)
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


def tool_round(client, argument):
    asked = {"model": "tiny-tools", "tools": [{"type": "function", "function": argument["tool"]}]}
    message = client.chat.completions.create(messages=ask("weather?"), **asked).choices[0].message
    call = message.tool_calls[0]
    result = {"role": "tool", "tool_call_id": call.id, "content": argument["result"]}
    client.chat.completions.create(messages=[*ask("weather?"), message, result], **asked)
    return {"name": call.function.name, "args": json.loads(call.function.arguments)}


def structured(client, argument):
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": argument, "strict": True}}
    reply = client.chat.completions.create(model="tiny", messages=ask("yes?"), response_format=wanted)
    return json.loads(reply.choices[0].message.content)


def embed(client, argument):
    return [item.embedding for item in client.embeddings.create(model="tiny-embed", input=argument).data]


def fail(client, argument):
    try:
        client.chat.completions.create(model=argument["model"], messages=ask(argument["text"]))
    except openai.APIStatusError as error:
        return {
            "status": error.status_code,
            "name": type(error).__name__,
            "message": error.message,
            "retryAfter": error.response.headers.get("retry-after"),
        }


def leave(client, _):
    chunks = client.chat.completions.create(model="tiny-loop", messages=ask("hi"), stream=True)
    for chunk in chunks:
        if chunk.choices[0].delta.content:
            break
    chunks.close()


for line in sys.stdin:
    task = json.loads(line)
    client = openai.OpenAI(base_url=task["url"], api_key=task["key"], max_retries=0)
    print(json.dumps(globals()[task["command"]](client, task["argument"])), flush=True)
