"""Which request of NGSI-LD goes where."""

from __future__ import annotations

from collections.abc import Callable

from yakuba.services.cityhub.engine.answers import Answer
from yakuba.services.cityhub.engine.ld import (
    batch_routes,
    context_routes,
    entity_routes,
    purge_routes,
    subscription_routes,
    temporal_routes,
    type_routes,
)

Handler = Callable[..., Answer]

TABLE: dict[tuple[str, ...], dict[str, Handler]] = {
    ("entities",): {
        "GET": entity_routes.list_entities,
        "POST": entity_routes.create_entity,
        "DELETE": purge_routes.purge_entities,
    },
    ("entities", ""): {
        "GET": entity_routes.show_entity,
        "PATCH": entity_routes.merge_entity,
        "PUT": entity_routes.replace_entity,
        "DELETE": entity_routes.delete_entity,
    },
    ("entities", "", "attrs"): {
        "POST": entity_routes.append_attributes,
        "PATCH": entity_routes.update_attributes,
    },
    ("entities", "", "attrs", ""): {
        "PATCH": entity_routes.patch_attribute,
        "PUT": entity_routes.replace_attribute,
        "DELETE": entity_routes.delete_attribute,
    },
    ("entityOperations", "create"): {"POST": batch_routes.create_all},
    ("entityOperations", "upsert"): {"POST": batch_routes.upsert_all},
    ("entityOperations", "update"): {"POST": batch_routes.update_all},
    ("entityOperations", "merge"): {"POST": batch_routes.merge_all},
    ("entityOperations", "delete"): {"POST": batch_routes.delete_all},
    ("entityOperations", "query"): {"POST": batch_routes.query},
    ("temporal", "entities"): {"GET": temporal_routes.list_entities, "POST": temporal_routes.refuse_writing},
    ("temporal", "entities", ""): {
        "GET": temporal_routes.show_entity,
        "DELETE": temporal_routes.refuse_writing,
    },
    ("temporal", "entities", "", "attrs"): {"POST": temporal_routes.refuse_writing},
    ("temporal", "entities", "", "attrs", ""): {"DELETE": temporal_routes.refuse_writing},
    ("temporal", "entityOperations", "query"): {"POST": temporal_routes.query_entities},
    ("types",): {"GET": type_routes.list_types},
    ("types", ""): {"GET": type_routes.show_type},
    ("attributes",): {"GET": type_routes.list_attributes},
    ("attributes", ""): {"GET": type_routes.show_attribute},
    ("subscriptions",): {
        "GET": subscription_routes.list_subscriptions,
        "POST": subscription_routes.create_subscription,
    },
    ("subscriptions", ""): {
        "GET": subscription_routes.show_subscription,
        "PATCH": subscription_routes.update_subscription,
        "DELETE": subscription_routes.delete_subscription,
    },
    ("jsonldContexts",): {"GET": context_routes.list_contexts, "POST": context_routes.add_context},
    ("jsonldContexts", ""): {"GET": context_routes.show_context, "DELETE": context_routes.delete_context},
}
READS: tuple[Handler, ...] = (batch_routes.query, temporal_routes.query_entities)
